import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import type { SubjectUse } from "../usage/usage.ts";
import type { RuleExample } from "./examples/example.ts";
import type { Tier } from "./report.ts";
import type { Rule, RuleFamily } from "./rule.ts";

const tierWords: Readonly<Record<Tier, string>> = {
  wire: "bytes, also stored ones, are misread",
  json: "the JSON form breaks",
  source: "generated TypeScript breaks",
  dangerous: "nothing breaks, but it can surprise",
  compatible: "nothing breaks here",
};

const familyWords: Readonly<Record<RuleFamily, string>> = {
  schema: "the messages, enums and services themselves",
  binding: "what a subject promises",
  behaviour: "which messages validation lets through, and what becomes of those that are handed on",
  version: "versions of a package and their end",
  consumer: "what consumers use, as their tests have shown",
  addition: "what is new, breaks nothing, and can surprise",
};

/** A rule in Markdown: its page, and what `charter explain` prints. */
export function rulePage(rule: Rule): string {
  const { id, summary, why, example, remedy } = rule;
  return [
    `# ${id}`,
    summary,
    factsOf(rule).join("\n"),
    "## Why it matters",
    why,
    ...(example === null ? [] : exampleLines(example)),
    "## Remedy",
    remedy,
  ].join("\n\n");
}

function factsOf(rule: Rule): string[] {
  const { tier, tierWhenImported, family, source } = rule;
  const imported =
    tierWhenImported === undefined
      ? ""
      : `; \`${tierWhenImported}\` in a file that another module imports`;
  const refuses = strictnessOf(defaultPolicy, "*")(rule, tier, null);
  return [
    `- Tier: \`${tier}\`, ${tierWords[tier]}${imported}`,
    `- By default: ${refuses ? "refused" : "allowed, and shown"}`,
    `- Family: \`${family}\`, ${familyWords[family]}`,
    `- Found by: ${source === "buf" ? "buf" : "Charter"}`,
  ];
}

function exampleLines({ earlier, before, after, use, also = [] }: RuleExample): string[] {
  const others = also.map((rule) => `\`${rule}\``).join(" and ");
  return [
    "## Example",
    ...(earlier === undefined
      ? []
      : ["An earlier release:", ...Object.entries(earlier).map(codeBlock)]),
    "Before:",
    ...Object.entries(before).map(codeBlock),
    "After:",
    ...Object.entries(after).map(codeBlock),
    ...(use === undefined ? [] : [useLine(use)]),
    ...(also.length === 0 ? [] : [`The same change meets ${others} as well.`]),
  ];
}

function useLine({ reads, subject }: SubjectUse): string {
  const fields = reads.fields.map(({ path }) => `\`${path}\``).join(" and ");
  return `The tests of a consumer of \`${subject}\` have shown that it reads ${fields} of \`${reads.message}\`.`;
}

function codeBlock([path, text]: readonly [string, string]): string {
  return `\`\`\`proto\n// ${path}\n${text.trim()}\n\`\`\``;
}
