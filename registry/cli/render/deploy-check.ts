import type { DeployCheck } from "../../api/schemas/verification.ts";
import { groupBy } from "../../core/group-by.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

type Subject = DeployCheck["subjects"][number];
type Partner = DeployCheck["partners"][number];
type Answer = DeployCheck["answer"];

/** The answer, what is known, and what to do where it is no yes. */
export function renderDeployCheck(check: DeployCheck, style: Style): string {
  const { subjects, partners, environment } = check;
  const parts = [
    style(colors[check.answer], sentences[check.answer](check)),
    subjects.length > 0 ? renderSubjects(subjects, style) : null,
    partners.length > 0
      ? `${style("bold", `In ${environment}`)}\n${renderPartners(partners, style)}`
      : null,
    ...decisive(check).map(({ heading, points }) => `${style("bold", heading)}\n${points}`),
  ];
  return parts.filter((each) => each !== null).join("\n\n");
}

const colors = { yes: "green", no: "red", not_known: "yellow" } as const;

const sentences: Readonly<Record<Answer, (check: DeployCheck) => string>> = {
  yes: (check) => `Yes: ${nameOf(check)} may go to ${check.environment}.`,
  no: (check) => `No: ${nameOf(check)} must not go to ${check.environment}.`,
  not_known: (check) => `Not known: whether ${nameOf(check)} may go to ${check.environment}.`,
};

const words: Readonly<Record<Answer, string>> = { yes: "yes", no: "no", not_known: "not known" };

function nameOf({ participant, build }: DeployCheck): string {
  return `${participant}@${build}`;
}

function renderSubjects(subjects: readonly Subject[], style: Style): string {
  const heading = ["SUBJECT", "RELEASE", "VERDICT", "EVIDENCE", "TESTED", "ANSWER"];
  const rows = subjects.map(({ subject, module, semver, row, answer }) => [
    subject,
    `${module}@${semver ?? row?.semver ?? "?"}`,
    row?.verdict ?? "-",
    row?.evidence ?? "none",
    row === null ? "-" : `${row.environment} ${row.testedAt.slice(0, 10)}`,
    words[answer],
  ]);
  return renderTable(heading, rows, style);
}

function renderPartners(partners: readonly Partner[], style: Style): string {
  const heading = ["PARTICIPANT", "BUILD", "ROLE", "RELEASE", "USES", "ANSWER"];
  const rows = partners.map(({ participant, build, role, module, theirs, use, answer }) => [
    participant ?? "nobody",
    build ?? "-",
    role,
    `${module}@${theirs ?? "?"}`,
    use === null ? "-" : `${use.fields} field${use.fields === 1 ? "" : "s"}`,
    words[answer],
  ]);
  return renderTable(heading, rows, style);
}

interface Point {
  readonly answer: Answer;
  readonly text: string;
  readonly command: string | null;
}

function decisive(check: DeployCheck) {
  const all = pointsOf(check);
  const headings = [
    { answer: "no", heading: "What forbids it" },
    { answer: "not_known", heading: "What is not known" },
    { answer: "yes", heading: "Known" },
  ] as const;
  return headings.flatMap(({ answer, heading }) => {
    const points = all.filter((each) => each.answer === answer);
    return points.length === 0 ? [] : [{ heading, points: renderPoints(points) }];
  });
}

/** What a reader should know: all that is no yes, and a yes with a reservation. */
function pointsOf({ unknown, subjects, partners }: DeployCheck): readonly Point[] {
  return [
    ...(unknown === null ? [] : [{ ...unknown, text: unknown.reason }]),
    ...subjects
      .filter(({ answer, row }) => answer !== "yes" || row?.verdict === "known-failing")
      .map((each) => ({ ...each, text: `${each.subject}: ${each.reason}` })),
    ...partners
      .filter(({ answer }) => answer !== "yes")
      .map((each) => ({ ...each, text: `${partnerOf(each)}${each.reason}` })),
  ];
}

function partnerOf({ participant, build }: Partner): string {
  if (participant === null) return "";
  return build === null ? `${participant}: ` : `${participant}@${build}: `;
}

/** One command often answers for several. */
function renderPoints(points: readonly Point[]): string {
  return [...groupBy(points, (each) => each.command)]
    .map(([command, group]) =>
      [
        ...group.map(({ text }) => `  ${text}`),
        ...(command === null ? [] : [`    $ ${command}`]),
      ].join("\n"),
    )
    .join("\n");
}
