import { bufRules } from "./buf-rules.ts";
import { charterRules } from "./charter-rules.ts";
import type { Tier } from "./report.ts";
import type { Rule } from "./rule.ts";

/** Every rule by its id. */
export const rules: ReadonlyMap<string, Rule> = new Map(
  [...charterRules, ...bufRules].map((rule) => [rule.id, rule]),
);

/**
 * A rule that the catalogue does not know, because buf is newer than it. It counts as the worst
 * until someone gives it a tier.
 */
export function ruleOf(id: string): Rule {
  return (
    rules.get(id) ?? {
      id,
      family: "schema",
      tier: "wire",
      source: "buf",
      summary: "A rule of buf that this Charter does not know yet.",
      why: "Nobody has judged yet what it means for TypeScript on NATS, so it counts as the worst.",
      example: null,
      remedy: "See buf's documentation of the rule.",
    }
  );
}

/** The tier of a rule's finding in a file that other modules import, or that none imports. */
export function tierOf(rule: Rule, imported: boolean): Tier {
  return imported ? (rule.tierWhenImported ?? rule.tier) : rule.tier;
}
