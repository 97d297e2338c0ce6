import type { DeploymentMatrix } from "../../api/schemas/verification.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

/** Who runs or was tested, subject by subject. */
export function renderMatrix({ lines, more }: DeploymentMatrix, style: Style): string {
  if (lines.length === 0) {
    return "Nothing is known: no build is seen or recorded, and no test is published. `charter contract test --publish` publishes one.";
  }
  const heading = [
    "PARTICIPANT",
    "BUILD",
    "RUNS IN",
    "SUBJECT",
    "RELEASE",
    "VERDICT",
    "EVIDENCE",
    "TESTED",
  ];
  const rows = lines.map(({ participant, build, runsIn, subject, module, semver, tested }) => [
    participant,
    build,
    runsIn.length === 0 ? "-" : runsIn.join(", "),
    subject,
    `${module}@${semver ?? "?"}`,
    tested?.verdict ?? "-",
    tested?.evidence ?? "none",
    tested === null ? "-" : `${tested.environment} ${tested.testedAt.slice(0, 10)}`,
  ]);
  const table = renderTable(heading, rows, style);
  return more ? `${table}\n\nThere is more. --environment and --module narrow it down.` : table;
}
