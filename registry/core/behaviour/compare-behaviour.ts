import type { Change } from "../gate/change.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import { limits } from "../limits.ts";
import { changedRules } from "./changed-rules.ts";
import { failingRules } from "./failing-rules.ts";
import { guardOf } from "./guard.ts";
import type { Carrier } from "./harm.ts";
import { judgeRules } from "./judge-rules.ts";
import { sourcesOf } from "./rule-changes.ts";

/** What comparing behaviour needs to know beside the two revisions. */
export interface Around {
  /** The modules that can carry the types of this one; asked only when a rule changed. */
  carriers(): readonly Carrier[];
  /** Milliseconds since 1970, for rules that are relative to the clock. */
  readonly nowMs: number;
}

/**
 * The changes of what validation lets through that break someone: rules tightened on what others
 * send, loosened on what others read, each with a message that one revision accepts and the other
 * refuses; and rules in CEL that fail. Takes no time to speak of when no rule changed; otherwise the
 * work is bounded, and the same for the same revisions.
 */
export function compareBehaviour(
  old: LinkedRevision,
  now: LinkedRevision,
  around: Around,
): readonly Change[] {
  const rules = changedRules(old, now, around.carriers);
  const failing = failingRules(now, old, around.nowMs);
  if (rules.length === 0) return failing;
  const guards = {
    old: guardOf(old.registry, around.nowMs),
    now: guardOf(now.registry, around.nowMs),
  };
  const judged = judgeRules(rules, guards, sourcesOf(old, now), {
    left: limits.messagesPerComparison,
  });
  const failed = new Set(failing.map((change) => change.element));
  // What a rule means that cannot be evaluated is no question.
  const known = judged.filter(
    ({ rule, element }) => rule !== "VALIDATION_CHANGED" || !failed.has(element),
  );
  return [...known, ...failing];
}
