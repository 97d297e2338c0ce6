import type { ParticipantUse } from "../../../contract-tests/clients/usage.ts";
import type { UsageList } from "../../api/schemas/usage.ts";
import type { Missing } from "../../core/usage/missing.ts";
import { countFields, type SubjectUse } from "../../core/usage/usage.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

/** What usage files have. */
export function renderUses(uses: readonly ParticipantUse[], style: Style): string {
  const rows = uses.map((use) => [
    use.participant,
    `${use.module}@${use.semver}`,
    use.subject,
    fieldsOf(use),
  ]);
  return renderTable(["PARTICIPANT", "MADE WITH", "SUBJECT", "FIELDS"], rows, style);
}

/** What the registry keeps. */
export function renderKept({ usages, more }: UsageList, style: Style): string {
  if (usages.length === 0) {
    return "Nothing is kept of it: no build has published what it uses. `charter contract usage <file…> --publish --build <build>` does.";
  }
  const rows = usages.map((use) => [
    use.participant,
    use.build,
    `${use.module}@${use.semver}`,
    use.subject,
    use.recordedAt.slice(0, 10),
    fieldsOf(use),
  ]);
  const heading = ["PARTICIPANT", "BUILD", "MADE WITH", "SUBJECT", "RECORDED", "FIELDS"];
  const table = renderTable(heading, rows, style);
  return more
    ? `${table}\n\nThere is more. --of <participant>@<build> and --module narrow it down.`
    : table;
}

/** What a participant uses and a contract does not have. */
export interface Lost extends Missing {
  readonly participant: string;
  readonly module: string;
  readonly problem: string;
}

/** What is missing, and what could not be compared. */
export function renderMissing(
  compared: readonly ParticipantUse[],
  missing: readonly Lost[],
  left: readonly string[],
  style: Style,
): string {
  const fields = countFields(compared);
  const lines = missing.map(({ problem }) => `  ${style("red", "C2")} ${problem}`);
  if (missing.length === 0 && compared.length > 0) {
    lines.push(
      `All ${fields} fields on ${compared.length} subjects are there, with the same types.`,
    );
  }
  if (left.length > 0) lines.push(style("yellow", `Not compared: ${left.join(", ")}.`));
  return lines.join("\n");
}

function fieldsOf({ reads, sends }: SubjectUse): string {
  const texts = [
    ["reads", reads],
    ["sends", sends],
  ] as const;
  const told = texts.flatMap(([does, message]) =>
    message === null || message.fields.length === 0
      ? []
      : [`${does} ${message.fields.map(({ path }) => path).join(", ")}`],
  );
  return told.join("; ") || "(none)";
}
