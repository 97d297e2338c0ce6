import { Argument } from "commander";
import type { Rule } from "../../core/gate/rule.ts";
import { rules } from "../../core/gate/rules.ts";
import { nearestWords } from "../../core/nearest-words.ts";
import { defaultPolicy } from "../../core/policy/policy.ts";
import { strictnessOf } from "../../core/policy/strictness.ts";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Style } from "../render/style.ts";
import { renderPairs } from "../render/table.ts";

export const explain: CommandDefinition<NoFlags> = {
  name: "explain",
  summary: "say what a rule of the gate means and what to do about a finding; needs no registry",
  arguments: [new Argument("<rule>", "such as FIELD_SAME_TYPE")],
  examples: ["charter explain FIELD_SAME_TYPE"],
  async run(_context, [text = ""]) {
    const id = text.toUpperCase();
    const rule = rules.get(id);
    if (rule === undefined) {
      const nearest = nearestWords(id, rules.keys()).join(", ");
      throw new CommandFailure("usage", `There is no rule "${text}". The nearest are ${nearest}.`);
    }
    return { exit: "done", json: { rule }, text: (style) => renderRule(rule, style) };
  },
};

const isRefused = strictnessOf(defaultPolicy, "*");

function renderRule(rule: Rule, style: Style): string {
  const tier =
    rule.tierWhenImported === undefined
      ? rule.tier
      : `${rule.tier}; ${rule.tierWhenImported} in a file that other modules import`;
  const pairs: [string, string][] = [
    ["tier", tier],
    ["by default", isRefused(rule, rule.tier, null) ? "refused" : "allowed"],
    ["found by", rule.source === "buf" ? "buf" : "Charter"],
    ["remedy", rule.remedy],
  ];
  return `${style("bold", rule.id)}: ${rule.summary}\n${renderPairs(pairs, style)}`;
}
