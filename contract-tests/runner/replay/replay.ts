import type { NatsConnection } from "@nats-io/nats-core";
import type { Binding } from "../../../registry/core/binding/binding.ts";
import { createGenerator } from "../../../registry/core/samples/messages.ts";
import { type ContractUnderTest, linkSchema } from "../contract.ts";
import { createKnownValues } from "../known-values.ts";
import { openRun, type RunSettings } from "../open-run.ts";
import type { EvidenceKind, Exchange, FailureDetail } from "../report.ts";
import { lawSeed, runBinding } from "../run-binding.ts";
import type { ReplayedCase } from "./replayed-case.ts";

/** A case of an earlier run. */
export interface CaseReference {
  readonly law: string;
  readonly binding: Binding;
  /** Of the run that found it. */
  readonly seed: number;
  /** As of `Replay`; null for a case that is not random, so that the whole law is tried. */
  readonly path: string | null;
  /** Its exact bytes, or null. */
  readonly payload: Uint8Array | null;
}

/** What became of a case, plain JSON. */
export interface ReplayReport {
  readonly formatVersion: 1;
  readonly module: string;
  readonly semver: string;
  readonly pattern: string;
  readonly element: string;
  readonly law: string;
  readonly title: string;
  /** `fail`: it still breaks the law. `pass`: the law is kept now. Else nothing could be told. */
  readonly verdict: "fail" | "pass" | "inconclusive";
  readonly reason: string | null;
  readonly evidence: EvidenceKind | null;
  readonly failure: FailureDetail | null;
  readonly trace: readonly Exchange[];
}

/** Tries one case again against what is live. Throws for a path that leads nowhere. */
export async function replayCase(
  nc: NatsConnection,
  contract: ContractUnderTest,
  reference: CaseReference,
  options: Omit<RunSettings, "seed" | "laws"> = {},
): Promise<ReplayReport> {
  const { law, binding, seed } = reference;
  const replayed = replayedCase(reference);
  const run = await openRun(nc, [contract], { ...options, seed, laws: [law] }, replayed);
  const generator = createGenerator(linkSchema(contract.descriptors), Date.now());
  const bench = { contract, generator, known: createKnownValues() };
  const result = await runBinding(run, bench, binding).finally(run.observation.stop);
  const [tried] = result.laws;
  if (tried === undefined) throw new Error(`${law} is not tried on ${binding.pattern}.`);
  const { title, reason, verdict, failure } = tried;
  const about = {
    formatVersion: 1,
    module: contract.module,
    semver: contract.semver,
    pattern: binding.pattern,
    element: result.element,
    law,
    title,
    evidence: result.evidence,
  } as const;
  if (replayed !== null) return { ...about, ...verdictOf(replayed, reason) };
  // The whole law was tried: its own verdict counts.
  const trace = failure?.trace ?? [];
  if (failure !== null) return { ...about, verdict: "fail", reason, failure, trace };
  return {
    ...about,
    verdict: verdict === "pass" ? "pass" : "inconclusive",
    reason,
    failure,
    trace,
  };
}

function replayedCase({ law, binding, seed, path, payload }: CaseReference): ReplayedCase | null {
  if (path === null && payload === null) return null;
  const search = path === null ? null : searchOf(lawSeed(seed, binding, law), path);
  return { search, payload, outcome: null, trace: [] };
}

/** @param base the seed of the law's first search */
function searchOf(base: number, path: string): ReplayedCase["search"] {
  const [number, casePath] = /^(\d{1,6})\/(\d+(?::\d+)*)$/.exec(path)?.slice(1) ?? [];
  if (number === undefined || casePath === undefined) {
    throw new RangeError(
      `"${path}" is no path to a case. It has the form 0/5:0:1, as a failed run prints it.`,
    );
  }
  return { seed: base + Number(number), path: casePath };
}

function verdictOf(
  { outcome, trace }: ReplayedCase,
  reason: string | null,
): Pick<ReplayReport, "verdict" | "reason" | "failure" | "trace"> {
  switch (outcome?.kind) {
    case "broken":
      return { verdict: "fail", reason: null, failure: outcome.failure, trace };
    case "kept":
      return { verdict: "pass", reason: null, failure: null, trace };
    case "schema-bug":
      return { verdict: "inconclusive", reason: outcome.reason, failure: null, trace };
    case "void":
      return { verdict: "inconclusive", reason: noCase, failure: null, trace };
    case undefined:
      return { verdict: "inconclusive", reason: reason ?? noCase, failure: null, trace };
  }
}

const noCase =
  "there is no such case any more: the contract or the law has changed since, so test again";
