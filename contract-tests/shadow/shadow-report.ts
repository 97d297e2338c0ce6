import type { Difference } from "./shadow-case.ts";
import { type Bounds, decide, trialsToDecide, wilson } from "./wilson.ts";

/** The smallest request that was found with two different replies. */
export interface ShadowFailure extends Difference {
  /** In proto3 JSON; null where the request's type has sensitive fields. */
  readonly message: unknown;
  readonly shrinks: number;
}

/** How an HTTP endpoint and the service on NATS that replaces it agree. */
export interface ShadowResult {
  readonly law: "H1";
  readonly subject: string;
  /** Method and address. */
  readonly http: string;
  readonly verdict: "pass" | "fail" | "inconclusive" | "skipped";
  /** Why it is neither pass nor fail, or null. */
  readonly reason: string | null;
  readonly sent: number;
  /** Requests that both answered. */
  readonly compared: number;
  readonly equal: number;
  /** Requests that both granted with equal replies. */
  readonly granted: number;
  /** Requests that one of the two did not answer, and why the first was not. */
  readonly unanswered: { readonly count: number; readonly reason: string | null };
  /** Of the rate of equal replies, at 95 %. */
  readonly bounds: Bounds;
  readonly minMatch: number;
  /** Requests that decide if the rate stays, or null. */
  readonly needed: number | null;
  readonly failure: ShadowFailure | null;
}

export interface Tally {
  readonly sent: number;
  readonly compared: number;
  readonly equal: number;
  readonly granted: number;
  readonly unanswered: number;
  readonly firstUnanswered: string | null;
}

/** Fewer requests that both granted are no evidence, whatever their rate. */
export const minimumGranted = 20;

/** What the counts of a shadow say. */
export function conclude(
  of: Pick<ShadowResult, "subject" | "http" | "minMatch">,
  tally: Tally,
  failure: ShadowFailure | null,
): ShadowResult {
  const { compared, equal, granted, sent } = tally;
  const bounds = wilson(equal, compared);
  const decision = decide(bounds, of.minMatch);
  const needed = compared === 0 ? null : trialsToDecide(equal / compared, of.minMatch);
  const isThin = decision === "enough" && granted < minimumGranted;
  const isOpen = decision === "not known" || isThin;
  return {
    law: "H1",
    ...of,
    verdict: isOpen ? "inconclusive" : decision === "enough" ? "pass" : "fail",
    reason: isOpen ? openReason(tally, isThin ? "granted" : "rate", needed) : null,
    sent,
    compared,
    equal,
    granted,
    unanswered: { count: tally.unanswered, reason: tally.firstUnanswered },
    bounds,
    needed,
    failure,
  };
}

function openReason(
  { compared, granted, firstUnanswered }: Tally,
  lacks: "granted" | "rate",
  needed: number | null,
): string {
  if (compared === 0) return `nothing could be compared: ${firstUnanswered}`;
  if (lacks === "granted") {
    return `only ${granted} requests were granted by both, and ${minimumGranted} are needed; examples in the contract file help`;
  }
  return needed === null
    ? "the rate is exactly what is needed, which no number of requests decides"
    : `${needed} requests decide if the rate stays`;
}

/** A shadow that may not be tried. */
export function skippedShadow(
  of: Pick<ShadowResult, "subject" | "http" | "minMatch">,
  reason: string,
): ShadowResult {
  const nothing = {
    sent: 0,
    compared: 0,
    equal: 0,
    granted: 0,
    unanswered: 0,
    firstUnanswered: null,
  };
  return { ...conclude(of, nothing, null), verdict: "skipped", reason };
}

/** 0 when all may be cut over, 100 when one may not, 3 when there is not enough evidence. */
export function exitCodeOfShadows(results: readonly ShadowResult[]): 0 | 3 | 100 {
  if (results.some((each) => each.verdict === "fail")) return 100;
  return results.length > 0 && results.every((each) => each.verdict === "pass") ? 0 : 3;
}
