import type { Exchange, FailureDetail } from "../report.ts";

/** What came of a case; the parts of a property's `CaseResult` that a replay tells. */
export type ReplayOutcome =
  | { readonly kind: "kept" }
  | { readonly kind: "void" }
  | { readonly kind: "broken"; readonly failure: FailureDetail }
  | { readonly kind: "schema-bug"; readonly reason: string };

/** One case of an earlier run that is tried again, alone. */
export interface ReplayedCase {
  /** The seed of the search that found it, and fast-check's path; null when only its bytes are known. */
  readonly search: { readonly seed: number; readonly path: string } | null;
  /** Its exact bytes; laws that can make the case from them do. */
  readonly payload: Uint8Array | null;
  /** What came of it; null until it is reached. */
  outcome: ReplayOutcome | null;
  trace: readonly Exchange[];
}
