import type { Effect } from "../runner/safety.ts";

export type LawFamily =
  | "requests"
  | "streaming"
  | "events"
  | "drift"
  | "schemas"
  | "clients"
  | "migration"
  | "examples";

/** What there is to know of one law. Its page and `charter explain` are written from it. */
export interface LawEntry {
  /** `R2`. */
  readonly id: string;
  /** What a service that keeps it does: "accepts every valid request". */
  readonly title: string;
  readonly promise: string;
  readonly appliesTo: string;
  /** What it does to an environment; `offline` needs none. */
  readonly effect: Effect | "offline";
  /** Rights, settings and whatever else has to be there; empty for nothing. */
  readonly needs: readonly string[];
  /** What one sample is. */
  readonly evidence: string;
  /** A pass on fewer samples is no evidence; null where nothing is counted. */
  readonly minimum: number | null;
  readonly breach: {
    /** What is wrong with the service, in a sentence. */
    readonly fault: string;
    /** What a run prints, without its colours. */
    readonly reported: string;
  };
  readonly remedy: string;
  /** The rules of the gate that report it, where it is the gate that does. */
  readonly rules?: readonly string[];
}
