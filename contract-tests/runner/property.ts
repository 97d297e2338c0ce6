import fc from "fast-check";
import { BudgetSpent, type Calls } from "./calls.ts";
import type { FailureDetail } from "./report.ts";

/** What a property says of one case. */
export type CaseResult =
  | { readonly kind: "kept" }
  /** The case says nothing, for instance because it is no valid message. */
  | { readonly kind: "void" }
  | { readonly kind: "broken"; readonly symptom: string; readonly failure: FailureDetail }
  | { readonly kind: "schema-bug"; readonly reason: string };

/** What came of looking for a case that breaks a property. */
export type PropertyResult =
  | { readonly kind: "kept" }
  | { readonly kind: "broken"; readonly failure: FailureDetail }
  | { readonly kind: "schema-bug"; readonly reason: string }
  | { readonly kind: "undecided"; readonly reason: string };

/** Void cases in a row that are put up with for each that says something. */
const voidsPerCase = 60;
/** The search for a broken case may take all replies at the deadline, within reason. */
const longestSearchMs = 120_000;
/** Shrinking alone: whoever never answers costs a whole time-out for each case. */
const longestShrinkMs = 5000;

class Broken extends Error {
  readonly result: Extract<CaseResult, { kind: "broken" | "schema-bug" }>;
  constructor(result: Extract<CaseResult, { kind: "broken" | "schema-bug" }>) {
    super(result.kind);
    this.result = result;
  }
}

/** Looks for a case that breaks a property, and shrinks it to the smallest. */
export async function findBroken<T>(
  values: fc.Arbitrary<T>,
  options: { readonly seed: number; readonly cases: number; readonly calls: Calls },
  check: (value: T) => Promise<CaseResult>,
): Promise<PropertyResult> {
  let first: { readonly at: number; readonly symptom: string } | null = null;
  const property = fc.asyncProperty(values, async (value) => {
    // A search for smaller cases that may cost no more ends with what was found.
    if (first !== null && options.calls.isSpent) fc.pre(false);
    if (first !== null && performance.now() - first.at > longestShrinkMs) fc.pre(false);
    const result = await check(value);
    if (result.kind === "void") fc.pre(false);
    if (result.kind === "broken" || result.kind === "schema-bug") {
      const symptom = result.kind === "broken" ? result.symptom : result.kind;
      first ??= { at: performance.now(), symptom };
      // A service that the first case has ended fails on all: that is no smaller case of the same.
      if (symptom !== first.symptom) fc.pre(false);
      throw new Broken(result);
    }
  });
  const longestMs =
    longestShrinkMs + Math.min(longestSearchMs, options.cases * options.calls.timeoutMs);
  const details = await fc.check(property, {
    seed: options.seed,
    numRuns: options.cases,
    maxSkipsPerRun: voidsPerCase,
    interruptAfterTimeLimit: longestMs,
    markInterruptAsFailure: true,
  });
  if (!details.failed) return { kind: "kept" };
  const error = details.errorInstance;
  if (error instanceof BudgetSpent) return { kind: "undecided", reason: error.message };
  if (error instanceof Broken) {
    if (error.result.kind === "schema-bug") return error.result;
    return {
      kind: "broken",
      failure: {
        ...error.result.failure,
        replay: { seed: details.seed, path: details.counterexamplePath ?? "" },
        shrinks: details.numShrinks,
      },
    };
  }
  if (error !== null && error !== undefined) throw error;
  const done = `${details.numRuns} of ${options.cases} cases`;
  return {
    kind: "undecided",
    reason: details.interrupted
      ? `after ${Math.round(longestMs / 1000)} s there were ${done}`
      : `too few of the generated messages are valid: ${done} after ${details.numSkips} that are not`,
  };
}
