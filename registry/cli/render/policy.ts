import { Document, isSeq, visit } from "yaml";
import type { PolicyReview } from "../../api/schemas/policy.ts";
import { canonicalPolicy, wholePolicy } from "../../core/policy/canonical.ts";
import type { Policy, PolicyRule, PolicyVersion } from "../../core/policy/policy.ts";
import { plain, type Style } from "./style.ts";
import { renderTable } from "./table.ts";

/** A policy as text that can be edited and set again. @param url the registry that it is of */
export function renderPolicy(
  { version, setAt, reason, policy }: PolicyVersion,
  url: string,
  style: Style,
): string {
  const since = setAt === null ? "which nobody has set" : `set ${setAt}: ${oneLine(reason)}`;
  const comment = [
    `Policy ${version} of ${url}, ${since}`,
    "",
    ...renderRules(policy).split("\n"),
    "",
    "The first line that fits a module and its proto package decides. To change it, edit this text:",
    `charter policy set <file> --expect ${version} --reason "…"`,
  ];
  return [
    ...comment.map((line) => style("dim", `# ${line}`.trimEnd())),
    policyYaml(policy).trimEnd(),
  ].join("\n");
}

/** A line break would end the comment that it is in. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** What is refused for which modules, as a table. */
function renderRules(policy: Policy): string {
  const own = policy.rules.length;
  const all = wholePolicy(policy).rules;
  const rows = all.map((rule, i) => [
    i < own ? rule.modules : `${rule.modules} (built in)`,
    rule.stability?.join(", ") ?? "all",
    rule.block.length === 0 ? "nothing" : rule.block.join(", "),
    ...exceptionsOf(rule),
  ]);
  return renderTable(["MODULES", "PACKAGES", "REFUSED", "EXCEPTIONS"], rows, plain);
}

function exceptionsOf({ allow = [], refuse = [] }: PolicyRule): string[] {
  const exceptions = [
    ...(allow.length === 0 ? [] : [`allows ${allow.join(", ")}`]),
    ...(refuse.length === 0 ? [] : [`refuses ${refuse.join(", ")}`]),
  ];
  return exceptions.length === 0 ? [] : [exceptions.join("; ")];
}

/** A policy as YAML, with short lists on one line. */
export function policyYaml(policy: Policy): string {
  const document = new Document(canonicalPolicy(policy));
  visit(document, {
    Pair(_, { key, value }) {
      const name = String(key);
      if (isSeq(value) && name !== "rules" && name !== "grammars") value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Subjects of a head that are listed; the JSON has them all. */
const shown = 3;

/** What is probably not meant, and the heads that would be refused today. Empty when there is nothing. */
export function renderReview({ warnings, outside }: PolicyReview, style: Style): string {
  const heads = outside.flatMap(({ module, semver, subjects }) => [
    `${style("yellow", "outside:")} ${module} ${semver} keeps subjects that a new release could not bring:`,
    ...subjects.slice(0, shown).map(({ pattern, reason }) => `  ${pattern}: ${reason}`),
    ...(subjects.length > shown ? [`  … and ${subjects.length - shown} more`] : []),
  ]);
  return [...warnings.map((each) => `${style("yellow", "warning:")} ${each}`), ...heads].join("\n");
}
