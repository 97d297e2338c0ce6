import { tiers } from "../registry/core/gate/report.ts";
import { rulePage } from "../registry/core/gate/rule-page.ts";
import { rules } from "../registry/core/gate/rules.ts";

/** The pages of the rules by the names of their files, with an index that lists the worst first. */
export function rulePages(): ReadonlyMap<string, string> {
  const all = [...rules.values()].sort(
    (a, b) => tiers.indexOf(a.tier) - tiers.indexOf(b.tier) || (a.id < b.id ? -1 : 1),
  );
  const rows = all.map(
    ({ id, tier, source, summary }) =>
      `| [\`${id}\`](${id}.md) | ${tier} | ${source} | ${summary} |`,
  );
  const index = [
    "# The rules of the gate",
    "",
    "What [the gate](../gate.md) can find, worst tier first. `charter explain RULE` prints the page of a rule.",
    "",
    "| rule | tier | found by | what it finds |",
    "|---|---|---|---|",
    ...rows,
    "",
  ];
  return new Map([
    ["README.md", index.join("\n")],
    ...all.map((rule) => [`${rule.id}.md`, `${rulePage(rule)}\n`] as const),
  ]);
}
