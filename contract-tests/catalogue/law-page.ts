import { familyOf } from "./catalogue.ts";
import type { LawEntry } from "./law-entry.ts";

const effectWords: Readonly<Record<LawEntry["effect"], string>> = {
  observes: "everywhere; it only looks",
  calls:
    "everything in an ephemeral environment, `IDEMPOTENT` and `NO_SIDE_EFFECTS` rpcs in staging, only `NO_SIDE_EFFECTS` ones in production",
  publishes: "only an ephemeral environment, since it publishes events",
  offline: "without any environment",
};

/** A law in Markdown: its page, and what `charter explain` prints. */
export function lawPage(entry: LawEntry): string {
  const { id, title, promise, evidence, breach, remedy } = entry;
  return [
    `# ${id}: ${title}`,
    promise,
    factsOf(entry).join("\n"),
    "## Evidence",
    evidence,
    "## Example of a breach",
    breach.fault,
    `\`\`\`text\n${id} ${title}\n${indented(breach.reported)}\n\`\`\``,
    "## Remedy",
    remedy,
  ].join("\n\n");
}

function factsOf(entry: LawEntry): string[] {
  const { appliesTo, effect, needs, minimum, rules } = entry;
  return [
    `- Family: \`${familyOf(entry)}\``,
    `- Applies to: ${appliesTo}`,
    `- Runs in: ${effectWords[effect]}`,
    `- Needs: ${needs.length === 0 ? "nothing beside the contract" : needs.join("; ")}`,
    ...(minimum === null ? [] : [`- Fewest samples: ${minimum}`]),
    ...(rules === undefined
      ? []
      : [`- Reported by the gate as: ${rules.map((rule) => `\`${rule}\``).join(", ")}`]),
  ];
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
