import { diff } from "semver";
import type {
  BaselineReason,
  CheckReport,
  CounterExample,
  Finding,
  ModuleReport,
} from "../../core/gate/report.ts";
import { groupBy } from "../../core/group-by.ts";
import { consumerText } from "../../core/usage/consumer.ts";
import type { Locate } from "../command-failure.ts";
import { renderNews } from "./news.ts";
import type { Look, Style } from "./style.ts";

/** A check report as a compiler would print it: the findings first, then a line for each module. */
export function renderReport(report: CheckReport, locate: Locate, style: Style): string {
  const findings = report.modules.flatMap((module) =>
    module.findings.map((finding) => renderFinding(module, finding, locate, style)),
  );
  const partial =
    report.partial === null ? [] : [`${style("yellow", "partial:")} ${report.partial}`];
  return [...findings, renderVerdicts(report.modules, style).join("\n"), ...partial].join("\n\n");
}

/** A line for each module that changes; what stays as it is would only hide those. */
function renderVerdicts(modules: readonly ModuleReport[], style: Style): string[] {
  const lines = modules
    .filter((module) => module.verdict !== "unchanged")
    .flatMap((module) => [renderVerdict(module, style), ...renderNews(module, style)]);
  const unchanged = modules.filter((module) => module.verdict === "unchanged");
  const [only] = unchanged;
  if (unchanged.length === 1 && only !== undefined) lines.push(renderVerdict(only, style));
  if (unchanged.length > 1) lines.push(style("dim", `${unchanged.length} modules unchanged`));
  return lines;
}

function renderFinding(
  module: ModuleReport,
  finding: Finding,
  locate: Locate,
  style: Style,
): string {
  const { place } = finding;
  const file = locate(module.module, place.file);
  const where = `${file}:${place.line}:${place.column}`;
  const from = place.side === "baseline" ? ` (as of ${finding.breaks[0] ?? "head"})` : "";
  const effect = effectOf(finding);
  const look: Look = finding.blocking ? "red" : "yellow";
  const lines = [
    `${style("bold", where)}${from}: ${style(look, `${finding.rule} (${effect})`)} ${finding.message}`,
  ];
  const also = finding.rules.filter((rule) => rule !== finding.rule);
  lines.push(...source("-", "red", finding.before, style));
  lines.push(...source("+", "green", finding.after, style));
  const pairs: [string, string][] = [];
  if (also.length > 0) pairs.push(["also", also.join(", ")]);
  if (finding.subjects.length > 0) {
    const hits = finding.subjects.map((hit) => `${hit.pattern} (${hit.role}, ${hit.module})`);
    pairs.push(["subjects", hits.join("\n            ")]);
  }
  pairs.push(...usersShown(finding));
  pairs.push(...baselinesBroken(module, finding));
  if (finding.counterExample !== null) pairs.push(["example", exampleOf(finding.counterExample)]);
  if (finding.dependents.length > 0) pairs.push(["imported by", finding.dependents.join(", ")]);
  if (finding.fix !== null) pairs.push(["fix", finding.fix]);
  pairs.push(["remedy", finding.remedy]);
  for (const [name, value] of pairs) lines.push(`  ${style("dim", `${name}:`)} ${value}`);
  return lines.join("\n");
}

function effectOf({ blocking, introduced, tier }: Finding): string {
  if (blocking) return tier;
  return introduced ? `${tier}, allowed` : `${tier}, broken before`;
}

/** Who uses what changed, by what they do with it. */
function usersShown({ users }: Finding): [string, string][] {
  if (users?.length === 0) return [["used by", "no recorded consumer"]];
  const groups = groupBy(users ?? [], (user) => user.does);
  return [...groups].map(([does, all]) => [doneBy[does], all.map(consumerText).join(", ")]);
}

const doneBy = { reads: "read by", sends: "sent by", uses: "used by" } as const;

/** Which baselines a finding breaks, where head is not the only one. */
function baselinesBroken({ baselines }: ModuleReport, { breaks }: Finding): [string, string][] {
  const [head] = baselines;
  if (breaks.length === 1 && breaks[0] === head?.semver) return [];
  const shown = breaks.map((semver) => {
    const reasons = baselines.find((each) => each.semver === semver)?.reasons ?? [];
    return reasons.length === 0 ? semver : `${semver} (${reasons.map(reasonOf).join(", ")})`;
  });
  return shown.length === 0 ? [] : [["breaks", shown.join("\n          ")]];
}

function reasonOf(reason: BaselineReason): string {
  switch (reason.kind) {
    case "head":
      return "head";
    case "deployed":
      return `${reason.participant} in ${reason.environment}`;
    case "retained":
      return `kept in ${reason.stream}${reason.until === null ? "" : ` until ${reason.until}`}`;
  }
}

function exampleOf(example: CounterExample): string {
  const { type, json } = example;
  const side = "sentBy" in example ? example.sentBy : example.acceptedBy;
  const other = side === "baseline" ? "this proposal" : "the baseline";
  return `${json}\n           is a valid ${type} for the ${side}; ${other} ${answerTo(example)}`;
}

function answerTo(example: CounterExample): string {
  if (!("sentBy" in example)) return `says ${example.refusal}`;
  return example.handedOn === null ? "cannot hand it on" : `hands it on as ${example.handedOn}`;
}

function source(mark: string, look: Look, text: string | null, style: Style): string[] {
  if (text === null || text === "") return [];
  return text.split("\n").map((line) => style(look, `    ${mark} ${line}`));
}

function renderVerdict(module: ModuleReport, style: Style): string {
  const name = style("bold", module.module);
  switch (module.verdict) {
    case "unchanged":
      return `${name}: ${style("dim", "unchanged")} ${module.semver ?? ""}`.trimEnd();
    case "accepted":
      return `${name}: ${style("green", "accepted")} ${module.semver ?? ""} ${bump(module)}`.trimEnd();
    case "rejected": {
      const blocking = module.findings.filter((finding) => finding.blocking).length;
      const versions = module.baselines.map((baseline) => baseline.semver);
      const against = versions.length === 0 ? "" : ` against ${versions.join(", ")}`;
      return `${name}: ${style("red", "rejected")}, ${count(blocking, "blocking finding")}${against}`;
    }
  }
}

/** What the new version raises: `minor (was 1.1.0)`, or `new` for a first release. */
function bump(module: ModuleReport): string {
  const head = module.baselines[0]?.semver;
  if (head === undefined) return "new";
  if (module.semver === null) return "";
  const raised = diff(head, module.semver) ?? "";
  return `${raised} (was ${head})`.trimStart();
}

/** `1 blocking finding`, `2 blocking findings`. */
function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
