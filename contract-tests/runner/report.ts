import type { BindingKind, Place } from "../../registry/core/binding/binding.ts";

/** `pass` needs evidence; what there is too little of is `inconclusive`. */
export type Verdict = "pass" | "fail" | "inconclusive" | "schema-bug" | "skipped";

/** Who answered: the service itself, a stand-in that behaves like it, or a mock. */
export type EvidenceKind = "real" | "reference" | "mock";

export type Evidence = Readonly<Record<string, number | string | readonly string[]>>;

/** The smallest case that was found to break a law. */
export interface FailureDetail {
  /** What was expected and what came. */
  readonly summary: string;
  readonly subject: string;
  /** The request in proto3 JSON, or null for bytes that are no message. */
  readonly message: unknown;
  /** The request's bytes in hex; cut off after 2048 bytes. */
  readonly hex: string;
  /** What came back, as far as a report may show it. */
  readonly answer: string;
  /** The rule that was broken on purpose, or null. */
  readonly rule: (Place & { readonly id: string; readonly field: string }) | null;
  /** What makes fast-check find the case again, or null for one that is not random. */
  readonly replay: { readonly seed: number; readonly path: string } | null;
  readonly shrinks: number;
}

export interface LawResult {
  readonly law: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly samples: number;
  readonly minimum: number;
  /** Why it is no pass, or null. */
  readonly reason: string | null;
  readonly evidence: Evidence;
  readonly failure: FailureDetail | null;
}

export interface BindingResult {
  readonly pattern: string;
  readonly kind: BindingKind;
  readonly rpc: string;
  readonly place: Place;
  /** The worst of its laws. */
  readonly verdict: Verdict;
  /** Null when nothing is live. */
  readonly evidence: EvidenceKind | null;
  readonly instances: number;
  readonly calls: number;
  readonly laws: readonly LawResult[];
}

export interface ModuleResult {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly bindings: readonly BindingResult[];
}

/** A binding that no law covers. It is never counted as a pass. */
export interface SkippedBinding {
  readonly module: string;
  readonly pattern: string;
  readonly kind: BindingKind;
  readonly reason: string;
}

export interface Totals {
  readonly bindings: number;
  readonly pass: number;
  readonly fail: number;
  readonly inconclusive: number;
  readonly schemaBug: number;
  readonly skipped: number;
  readonly calls: number;
  /** Bindings that passed, by who answered. */
  readonly evidence: Readonly<Record<EvidenceKind, number>>;
}

/** The result of a run, plain JSON. */
export interface RunReport {
  readonly formatVersion: 1;
  /** In the `Charter-Probe` header of every request. */
  readonly runId: string;
  readonly seed: number;
  readonly laws: readonly string[];
  readonly modules: readonly ModuleResult[];
  readonly skipped: readonly SkippedBinding[];
  readonly totals: Totals;
  readonly durationMs: number;
}

const gravity: readonly Verdict[] = ["fail", "schema-bug", "inconclusive", "pass"];

/** The worst verdict decides. Where all laws were skipped, or there were none, is no evidence. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return gravity.find((each) => verdicts.includes(each)) ?? "inconclusive";
}

export function totalsOf(
  modules: readonly ModuleResult[],
  skipped: readonly SkippedBinding[],
): Totals {
  const bindings = modules.flatMap((module) => module.bindings);
  const count = (verdict: Verdict) => bindings.filter((each) => each.verdict === verdict).length;
  const passed = bindings.filter((each) => each.verdict === "pass");
  const by = (kind: EvidenceKind) => passed.filter((each) => each.evidence === kind).length;
  return {
    bindings: bindings.length,
    pass: count("pass"),
    fail: count("fail"),
    inconclusive: count("inconclusive"),
    schemaBug: count("schema-bug"),
    skipped: skipped.length,
    calls: bindings.reduce((sum, each) => sum + each.calls, 0),
    evidence: { real: by("real"), reference: by("reference"), mock: by("mock") },
  };
}

/**
 * The exit code of a run: 0 when every binding that has laws passed and at least one did, 100 when
 * one failed, 3 when there is not enough evidence to say yes.
 */
export function exitCodeOf(report: RunReport): 0 | 3 | 100 {
  const { bindings, pass, fail } = report.totals;
  if (fail > 0) return 100;
  return pass > 0 && pass === bindings ? 0 : 3;
}
