import type { BindingKind, Place } from "../../registry/core/binding/binding.ts";
import { gravestOf } from "../../registry/core/verification/verdict.ts";
import type { EnvironmentClass } from "./safety.ts";

/**
 * - `pass` needs evidence; what there is too little of is `inconclusive`, and says what is missing.
 * - `flaky`: the smallest case broke the law once, and kept it when it was tried again.
 * - `known-failing`: fails as a contract file says, which names the issue and an end date.
 * - `stale-known-failing`: a contract file says so of what passes, or its end date is over.
 * - `schema-bug`: a rule of the contract cannot be evaluated, whatever the service does.
 * - `skipped`: the law does not apply, or may not be tried here; the reason says which.
 */
export type Verdict =
  | "pass"
  | "fail"
  | "flaky"
  | "known-failing"
  | "stale-known-failing"
  | "schema-bug"
  | "inconclusive"
  | "skipped";

/** Who answered: the service itself, a stand-in that behaves like it, or a mock. */
export type EvidenceKind = "real" | "reference" | "mock";

export type Evidence = Readonly<Record<string, number | string | readonly string[]>>;

/** One message of a traced case. */
export interface Exchange {
  /** Milliseconds since the case began. */
  readonly atMs: number;
  readonly direction: "sent" | "received" | "nothing";
  readonly subject: string;
  /** Headers as `Name: value`. */
  readonly headers: readonly string[];
  readonly bytes: number;
  /** The beginning of the payload. */
  readonly hex: string;
}

/** The smallest case that was found to break a law. */
export interface FailureDetail {
  /** What was expected and what came. */
  readonly summary: string;
  readonly subject: string;
  /** The request or event in proto3 JSON, or null for bytes that are no message. */
  readonly message: unknown;
  /** The bytes in hex; cut off after 2048 bytes. */
  readonly hex: string;
  /** What came back, as far as a report may show it. */
  readonly answer: string;
  /** The most similar message that was tried and kept the law, or null. */
  readonly nearest: unknown;
  /** The rule that was broken on purpose, or null. */
  readonly rule: (Place & { readonly id: string; readonly field: string }) | null;
  /** The line of the contract that promises what was broken. */
  readonly place: Place;
  /** What makes fast-check find the case again, or null for one that is not random. */
  readonly replay: Replay | null;
  readonly shrinks: number;
  /** How often the smallest case broke the law when it was tried again, or null. */
  readonly repeated: { readonly broken: number; readonly of: number } | null;
  /** The timed exchange of the smallest case. */
  readonly trace: readonly Exchange[];
}

/** A random case: the seed of the run, and the way to it. */
export interface Replay {
  readonly seed: number;
  /** The number of the search within its law, and fast-check's path: `2/5:0:1`. */
  readonly path: string;
  /** It holds values of earlier answers, so that only its bytes make it again. */
  readonly exact?: true;
}

export interface LawResult {
  readonly law: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly samples: number;
  readonly minimum: number;
  /** What it took, waiting included, in whole milliseconds. */
  readonly durationMs: number;
  /** Why it is no pass, or null. */
  readonly reason: string | null;
  readonly evidence: Evidence;
  readonly failure: FailureDetail | null;
}

/** How much of what a binding declares was tried. */
export interface CoverageCounts {
  /** Fields of the request or event, by path; a type within itself counts once. */
  readonly fields: Tried;
  /** Rules of the request that were broken on purpose. */
  readonly rules: Tried;
  /** The releases whose messages were tried: the contract's own, older and newer ones. */
  readonly versions: readonly string[];
}

export interface BindingResult {
  readonly pattern: string;
  readonly kind: BindingKind;
  /** The full name of the rpc, or of the event's message. */
  readonly element: string;
  readonly place: Place;
  /** The worst of its laws; skipped when none of those that were chosen speaks of it. */
  readonly verdict: Verdict;
  /** Null when nothing is live. */
  readonly evidence: EvidenceKind | null;
  readonly instances: number;
  /** The builds that answered, as `name@version` of `$SRV.INFO`. */
  readonly builds: readonly string[];
  readonly calls: number;
  readonly coverage: CoverageCounts;
  readonly laws: readonly LawResult[];
}

export interface ModuleResult {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly bindings: readonly BindingResult[];
}

export interface Totals {
  readonly bindings: number;
  /** Bindings by verdict. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly calls: number;
  /** Bindings that passed, by who answered. */
  readonly evidence: Readonly<Record<EvidenceKind, number>>;
  readonly coverage: CoverageTotals;
}

/** What a run tried of all that its contracts declare. */
export interface CoverageTotals {
  /** Bindings of which something was tried. */
  readonly subjects: Tried;
  readonly rules: Tried;
  readonly fields: Tried;
  /** Releases whose messages were tried, as `module@semver`. */
  readonly versions: readonly string[];
}

export interface Tried {
  readonly tried: number;
  readonly declared: number;
}

/** The result of a run, plain JSON. */
export interface RunReport {
  readonly formatVersion: 2;
  /** In the `Charter-Probe` header of every request. */
  readonly runId: string;
  readonly seed: number;
  /** What the run was allowed to do. */
  readonly environmentClass: EnvironmentClass;
  /** What whoever reads the report should know of how it was made. */
  readonly notes?: readonly string[];
  readonly laws: readonly string[];
  readonly modules: readonly ModuleResult[];
  /** What the whole account shows, such as subjects that no contract declares. */
  readonly account: readonly LawResult[];
  readonly totals: Totals;
  readonly startedAt: string;
  readonly durationMs: number;
}

/** The worst verdict decides. Where all laws were skipped, or there were none, is no evidence. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return gravestOf(verdicts);
}

export function totalsOf(modules: readonly ModuleResult[]): Totals {
  const bindings = modules.flatMap((module) => module.bindings);
  const count = (verdict: Verdict) => bindings.filter((each) => each.verdict === verdict).length;
  const passed = bindings.filter((each) => each.verdict === "pass");
  const by = (kind: EvidenceKind) => passed.filter((each) => each.evidence === kind).length;
  return {
    bindings: bindings.length,
    verdicts: {
      pass: count("pass"),
      fail: count("fail"),
      flaky: count("flaky"),
      "known-failing": count("known-failing"),
      "stale-known-failing": count("stale-known-failing"),
      "schema-bug": count("schema-bug"),
      inconclusive: count("inconclusive"),
      skipped: count("skipped"),
    },
    calls: bindings.reduce((sum, each) => sum + each.calls, 0),
    evidence: { real: by("real"), reference: by("reference"), mock: by("mock") },
    coverage: coverageOf(modules),
  };
}

function coverageOf(modules: readonly ModuleResult[]): CoverageTotals {
  const bindings = modules.flatMap((module) => module.bindings);
  const live = bindings.filter((each) => each.laws.some((law) => law.samples > 0));
  const sum = (counts: readonly Tried[]): Tried => ({
    tried: counts.reduce((total, each) => total + each.tried, 0),
    declared: counts.reduce((total, each) => total + each.declared, 0),
  });
  const versions = modules.flatMap((module) =>
    module.bindings
      .filter((each) => live.includes(each))
      .flatMap((each) => each.coverage.versions.map((semver) => `${module.module}@${semver}`)),
  );
  return {
    subjects: { tried: live.length, declared: bindings.length },
    rules: sum(bindings.map((each) => each.coverage.rules)),
    fields: sum(bindings.map((each) => each.coverage.fields)),
    versions: [...new Set(versions)],
  };
}

/**
 * The exit code of a run: 0 when every binding that a chosen law speaks of passed, or fails as a
 * contract file says, and at least one passed; 100 when one broke its contract, or a contract file is
 * stale; 3 when there is not enough evidence to say yes.
 *
 * @param inconclusive `pass` takes what is inconclusive for 0, next to at least one that passed
 */
export function exitCodeOf(
  { totals, account }: Pick<RunReport, "totals" | "account">,
  inconclusive: "fail" | "pass" = "fail",
): 0 | 3 | 100 {
  const { verdicts } = totals;
  const broken = verdicts.fail + verdicts.flaky + verdicts["stale-known-failing"];
  if (broken > 0 || account.some(({ verdict }) => breaking.has(verdict))) return 100;
  const open = inconclusive === "pass" ? verdicts.inconclusive : 0;
  // A binding is skipped only when no law that was chosen speaks of it.
  const settled = verdicts.pass + verdicts["known-failing"] + verdicts.skipped + open;
  return verdicts.pass > 0 && settled === totals.bindings ? 0 : 3;
}

const breaking: ReadonlySet<Verdict> = new Set(["fail", "flaky", "stale-known-failing"]);
