import type { Change } from "../gate/change.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import { limits } from "../limits.ts";
import { type ChangedRule, changedRules } from "./changed-rules.ts";
import { failingRules } from "./failing-rules.ts";
import { type Budget, type Disagreement, findDisagreement } from "./find-disagreement.ts";
import { guardOf } from "./guard.ts";
import type { Carrier, Harm } from "./harm.ts";
import { onlySampled } from "./only-sampled.ts";
import { changeOfRule, type Sources, sourcesOf, unprovenChange } from "./rule-changes.ts";

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
  const sources = sourcesOf(old, now);
  if (rules.length === 0) return failingRules(now, old, around.nowMs);
  const guards = {
    old: guardOf(old.registry, around.nowMs),
    now: guardOf(now.registry, around.nowMs),
  };
  const budget: Budget = { left: limits.messagesPerComparison };
  const failing = failingRules(now, old, around.nowMs);
  const failed = new Set(failing.map((change) => change.element));
  const judgedRules = rules.flatMap((rule) => judged(rule, guards, sources, budget));
  return [
    // What a rule means that cannot be evaluated is no question.
    ...judgedRules.filter(
      (change) => change.rule !== "VALIDATION_CHANGED" || !failed.has(change.element),
    ),
    ...failing,
  ];
}

type Guards = Parameters<typeof findDisagreement>[2];

function judged(rule: ChangedRule, guards: Guards, sources: Sources, budget: Budget): Change[] {
  const changes: Change[] = [];
  for (const harm of rule.harms) {
    const found = search(rule, harm, guards, budget);
    if (found !== null) changes.push(changeOfRule(rule.at, harm, found, sources));
  }
  if (changes.length > 0) return changes;
  if (budget.left <= 0) return [unprovenChange(rule.at, sources, "untried")];
  const sampled = onlySampled(rule.at);
  if (![...rule.harms].some((harm) => sampled.has(harm))) return [];
  // A message that tells them apart in the direction that breaks nobody shows which way they moved.
  const harmless = (["tightened", "loosened"] as const).filter((harm) => !rule.harms.has(harm));
  const isSeen = harmless.some((harm) => search(rule, harm, guards, budget) !== null);
  return isSeen ? [] : [unprovenChange(rule.at, sources, "alike")];
}

function search(
  { ways }: ChangedRule,
  harm: Harm,
  guards: Guards,
  budget: Budget,
): Disagreement | null {
  for (const way of (ways.get(harm) ?? [...ways.values()].flat()).slice(
    0,
    limits.waysToChangedRule,
  )) {
    if (budget.left <= 0) return null;
    const found = findDisagreement(way, harm, guards, budget);
    if (found !== null) return found;
  }
  return null;
}
