import type { Change } from "../gate/change.ts";
import { limits } from "../limits.ts";
import type { ChangedRule } from "./changed-rules.ts";
import { type Budget, type Disagreement, findDisagreement } from "./find-disagreement.ts";
import type { Guard } from "./guard.ts";
import type { Harm } from "./harm.ts";
import { onlySampled } from "./only-sampled.ts";
import { changeOfRule, type Sources, unprovenChange } from "./rule-changes.ts";

/** What lets messages through on either side. */
export interface Guards {
  readonly old: Guard;
  readonly now: Guard;
}

/** A rule that was searched, and what came of it. */
interface Searched {
  readonly rule: ChangedRule;
  readonly changes: readonly Change[];
  readonly isUntried: boolean;
}

/**
 * The changed rules that break someone, and those of which nobody can tell. Rules that are told
 * apart at their bounds come first: they cost little, and must not wait for those that are sampled.
 */
export function judgeRules(
  rules: readonly ChangedRule[],
  guards: Guards,
  sources: Sources,
  budget: Budget,
): readonly Change[] {
  const cheapFirst = rules.toSorted((a, b) => onlySampled(a.at).size - onlySampled(b.at).size);
  const searched = cheapFirst.map((rule): Searched => {
    const changes = [...rule.harms].flatMap((harm) => {
      const found = search(rule, harm, guards, budget);
      return found === null ? [] : [changeOfRule(rule.at, harm, found, sources)];
    });
    return { rule, changes, isUntried: changes.length === 0 && budget.left <= 0 };
  });
  return searched.flatMap(({ rule, changes, isUntried }) => {
    if (changes.length > 0) return changes;
    if (isUntried) return [unprovenChange(rule.at, sources, "untried")];
    return isUnproven(rule, guards, budget) ? [unprovenChange(rule.at, sources, "alike")] : [];
  });
}

/** Whether a rule may have moved in a direction that breaks someone though no message shows it. */
function isUnproven(rule: ChangedRule, guards: Guards, budget: Budget): boolean {
  const sampled = onlySampled(rule.at);
  if (![...rule.harms].some((harm) => sampled.has(harm))) return false;
  // A message that tells the forms apart in the direction that breaks nobody shows which way it was.
  const harmless = (["tightened", "loosened"] as const).filter((harm) => !rule.harms.has(harm));
  return !harmless.some((harm) => search(rule, harm, guards, budget) !== null);
}

function search(
  { ways }: ChangedRule,
  harm: Harm,
  guards: Guards,
  budget: Budget,
): Disagreement | null {
  const all = ways.get(harm) ?? [...ways.values()].flat();
  for (const way of all.slice(0, limits.waysToChangedRule)) {
    if (budget.left <= 0) return null;
    const found = findDisagreement(way, harm, guards, budget);
    if (found !== null) return found;
  }
  return null;
}
