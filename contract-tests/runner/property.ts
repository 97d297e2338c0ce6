import fc from "fast-check";
import { type Calls, endsLaw, timeIsOver } from "./calls/calls.ts";
import { createKept, type Kept } from "./calls/nearest.ts";
import type { Finding } from "./laws/law.ts";
import type { ReplayedCase } from "./replay/replayed-case.ts";
import type { Evidence, FailureDetail } from "./report.ts";

/** What a property says of one case. */
export type CaseResult =
  | {
      readonly kind: "kept";
      /** Makes the message in proto3 JSON; without it, a report does not name the case as a working one. */
      readonly shown?: () => unknown;
      /** Broken promises apart, the service said no, so that the case contradicts no other one. */
      readonly refusal?: string | null;
    }
  /** The case says nothing, for instance because it is no valid message. */
  | { readonly kind: "void" }
  | {
      readonly kind: "broken";
      readonly symptom: string;
      readonly failure: FailureDetail;
      /** It holds values of earlier answers, so that only its bytes make it again. */
      readonly exact?: true;
    }
  | { readonly kind: "schema-bug"; readonly reason: string };

/** What came of looking for a case that breaks a property. */
export type PropertyResult =
  | { readonly kind: "kept" }
  | { readonly kind: "broken"; readonly failure: FailureDetail }
  /** The smallest case kept the property when it was tried again. */
  | { readonly kind: "flaky"; readonly failure: FailureDetail }
  | { readonly kind: "schema-bug"; readonly reason: string }
  | { readonly kind: "undecided"; readonly reason: string };

export interface Search<T> {
  /** One of its own for each search of a law: it is what a replay knows the search by. */
  readonly seed: number;
  readonly cases: number;
  readonly calls: Calls;
  /** How often the smallest case is tried again; 0 where a second attempt is another case. */
  readonly repeats?: number;
  /** Makes a case from the bytes of a report; null for bytes that it cannot be made from. */
  readonly fromBytes?: (payload: Uint8Array) => T | null;
}

/** Void cases in a row that are put up with for each that says something. */
const voidsPerCase = 60;
/** The search for a broken case may take all replies at the deadline, within reason. */
const longestSearchMs = 120_000;
/** Shrinking alone: whoever never answers costs a whole time-out for each case. */
const longestShrinkMs = 4000;
const usualRepeats = 5;
/** As for shrinking. */
const longestRepeatsMs = 2000;

type Broken = Extract<CaseResult, { kind: "broken" }>;

class Found extends Error {
  readonly result: Extract<CaseResult, { kind: "broken" | "schema-bug" }>;
  constructor(result: Extract<CaseResult, { kind: "broken" | "schema-bug" }>) {
    super(result.kind);
    this.result = result;
  }
}

/** Looks for a case that breaks a property, shrinks it to the smallest, and tries that one again. */
export async function findBroken<T>(
  values: fc.Arbitrary<T>,
  search: Search<T>,
  check: (value: T) => Promise<CaseResult>,
): Promise<PropertyResult> {
  const { calls } = search;
  const tried = async (value: T): Promise<CaseResult> => {
    calls.trace.begin();
    const result = await check(value);
    if (result.kind !== "broken" || result.failure.trace.length > 0) return result;
    return { ...result, failure: { ...result.failure, trace: calls.trace.exchanges() } };
  };
  if (calls.replay !== null) return replayCase(values, search, calls.replay, tried);

  const kept = createKept();
  const details = await runSearch(values, search, kept, tried);
  if (!details.failed) return { kind: "kept" };
  const error = details.errorInstance;
  if (endsLaw(error)) return { kind: "undecided", reason: error.message };
  if (error instanceof Found && error.result.kind === "schema-bug") return error.result;
  if (error instanceof Found && error.result.kind === "broken") {
    const [value] = details.counterexample ?? [];
    const again = async () => secondOpinion(await tried(value as T));
    const repeated = await repeat(calls, again, search.repeats);
    const failure: FailureDetail = {
      ...error.result.failure,
      nearest: kept.nearestTo(error.result.failure.message),
      replay: replayOf(search.seed, details, error.result),
      shrinks: details.numShrinks,
      repeated,
    };
    return { kind: isFlaky(repeated) ? "flaky" : "broken", failure };
  }
  if (error !== null && error !== undefined) throw error;
  return { kind: "undecided", reason: whyUndecided(details, search) };
}

type Details<T> = fc.RunDetails<[T]>;

function runSearch<T>(
  values: fc.Arbitrary<T>,
  search: Search<T>,
  kept: Kept,
  tried: (value: T) => Promise<CaseResult>,
): Promise<Details<T>> {
  const { calls } = search;
  let first: { readonly at: number; readonly symptom: string } | null = null;
  const property = fc.asyncProperty(values, async (value) => {
    // A search for smaller cases that may cost no more ends with what was found.
    if (first !== null && calls.isSpent) fc.pre(false);
    if (first !== null && performance.now() - first.at > longestShrinkMs) fc.pre(false);
    const result = await tried(value);
    if (result.kind === "void") fc.pre(false);
    if (result.kind === "kept" && result.shown !== undefined && !result.refusal) {
      kept.add(result.shown);
    }
    if (result.kind === "broken" || result.kind === "schema-bug") {
      const symptom = result.kind === "broken" ? result.symptom : result.kind;
      first ??= { at: performance.now(), symptom };
      // A service that the first case has ended fails on all: that is no smaller case of the same.
      if (symptom !== first.symptom) fc.pre(false);
      throw new Found(result);
    }
  });
  return fc.check(property, {
    seed: search.seed,
    numRuns: search.cases,
    maxSkipsPerRun: voidsPerCase,
    interruptAfterTimeLimit: longestMsOf(search),
    markInterruptAsFailure: true,
  });
}

function longestMsOf({ cases, calls }: Pick<Search<unknown>, "cases" | "calls">): number {
  const usual = longestShrinkMs + Math.min(longestSearchMs, cases * calls.timeoutMs);
  return Math.min(usual, Math.max(1, calls.leftMs()));
}

function replayOf<T>(
  seed: number,
  details: Details<T>,
  { exact }: Broken,
): FailureDetail["replay"] {
  const path = details.counterexamplePath ?? "";
  return { seed, path, ...(exact === undefined ? {} : { exact }) };
}

/** Tries a case again, as far as calls and time allow; null when nothing came of it. */
export async function repeat(
  calls: Pick<Calls, "isSpent">,
  again: () => Promise<"broken" | "kept" | "void">,
  most: number = usualRepeats,
): Promise<FailureDetail["repeated"]> {
  const startedAt = performance.now();
  const seen = { broken: 0, kept: 0, void: 0 };
  for (let i = 0; i < most && performance.now() - startedAt < longestRepeatsMs; i++) {
    if (calls.isSpent) break;
    try {
      seen[await again()]++;
    } catch (error) {
      if (!endsLaw(error)) throw error;
    }
  }
  const of = seen.broken + seen.kept;
  return of === 0 ? null : { broken: seen.broken, of };
}

export function isFlaky(repeated: FailureDetail["repeated"]): boolean {
  return repeated !== null && repeated.broken < repeated.of;
}

/** What a second attempt says of the first. */
function secondOpinion(result: CaseResult): "broken" | "kept" | "void" {
  if (result.kind === "broken") return "broken";
  // A refusal, such as of what exists by now, neither keeps nor breaks what the first attempt did.
  return result.kind === "kept" && !result.refusal ? "kept" : "void";
}

function whyUndecided<T>(details: Details<T>, search: Search<T>): string {
  const done = `${details.numRuns} of ${search.cases} cases`;
  if (search.calls.leftMs() === 0) return `${timeIsOver}; there were ${done}`;
  return details.interrupted
    ? `after ${Math.round(longestMsOf(search) / 1000)} s there were ${done}`
    : `too few of the generated messages are valid: ${done} after ${details.numSkips} that are not`;
}

/** Tries the one case of a replay, if it is this search's. */
async function replayCase<T>(
  values: fc.Arbitrary<T>,
  { seed, calls, fromBytes }: Search<T>,
  replay: ReplayedCase,
  tried: (value: T) => Promise<CaseResult>,
): Promise<PropertyResult> {
  if (replay.outcome !== null) return { kind: "kept" };
  const remember = async (value: T) => {
    replay.outcome = await tried(value);
    replay.trace = calls.trace.exchanges();
  };
  const known = replay.payload === null ? null : (fromBytes?.(replay.payload) ?? null);
  if (known !== null) {
    await remember(known);
  } else if (replay.search?.seed === seed) {
    let failed: unknown = null;
    const property = fc.asyncProperty(values, async (value) => {
      try {
        await remember(value);
      } catch (error) {
        failed = error;
      }
      // The path leads to this case; what fast-check would go on with is another one.
      return false;
    });
    const { path } = replay.search;
    await fc.check(property, { seed, path, numRuns: 1, endOnFailure: true });
    if (failed !== null) throw failed;
  }
  return resultOf(replay);
}

/** Read anew, because the compiler does not see that a call has written it. */
function resultOf({ outcome }: ReplayedCase): PropertyResult {
  return outcome?.kind === "broken" || outcome?.kind === "schema-bug" ? outcome : { kind: "kept" };
}

/** What a law makes of a search that ended it; `kept` is for the law to weigh. */
export function findingFrom(
  result: Exclude<PropertyResult, { kind: "kept" }>,
  samples: number,
  evidence: Evidence,
): Finding {
  switch (result.kind) {
    case "broken":
      return { verdict: "fail", samples, evidence, failure: result.failure };
    case "flaky":
      return { verdict: "flaky", samples, evidence, failure: result.failure };
    case "schema-bug":
      return { verdict: "schema-bug", samples, evidence, reason: result.reason };
    case "undecided":
      return { verdict: "inconclusive", samples, evidence, reason: result.reason };
  }
}
