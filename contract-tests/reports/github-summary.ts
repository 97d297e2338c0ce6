import { exitCodeOf, type RunReport } from "../runner/report.ts";
import { type Alike, alike } from "./alike.ts";
import { casesOf, type Outcome } from "./cases.ts";
import { plainLine } from "./plain-text.ts";
import type { RenderOptions } from "./render-options.ts";

/** GitHub refuses a summary above a mebibyte; so many cases of at most 8 KiB stay below it. */
const shown = 60;
const longestDetail = 8 * 1024;

const headings: Readonly<Record<0 | 3 | 100, string>> = {
  0: "Contract tests passed, with evidence",
  3: "Contract tests: not enough evidence",
  100: "Contract tests found a broken contract",
};

/** The job summary of GitHub Actions, in Markdown. What services say never becomes markup. */
export function renderGithubSummary(report: RunReport, options: RenderOptions): string {
  const cases = casesOf(report);
  const of = (outcome: Outcome) => cases.filter((each) => each.outcome === outcome);
  const notable = alike([...of("broken"), ...of("open"), ...of("known")]);
  const { evidence, calls } = report.totals;
  return [
    `## ${headings[exitCodeOf(report)]}`,
    "",
    "| broken | not proven | known failing | passed | skipped |",
    "|---|---|---|---|---|",
    `| ${of("broken").length} | ${of("open").length} | ${of("known").length} | ${of("passed").length} | ${of("skipped").length} |`,
    "",
    `Bindings that passed: ${evidence.real} real, ${evidence.reference} reference, ${evidence.mock} mock. ${calls} calls in ${(report.durationMs / 1000).toFixed(1)} s, seed ${report.seed}, run ${inline(report.runId)}.`,
    "",
    ...notable.slice(0, shown).flatMap((each) => caseLines(each, options)),
    ...(notable.length > shown ? [`${notable.length - shown} more are not shown here.`, ""] : []),
  ].join("\n");
}

function caseLines({ first: each, laws }: Alike, { locate }: RenderOptions): string[] {
  const { place, verdict, message, detail } = each;
  const where =
    place === null ? "" : ` at ${inline(`${locate(each.module, place.file)}:${place.line}`)}`;
  const head = `- **${inline(laws)}: ${verdict}**, ${inline(each.element)}${where}`;
  const text = message === null ? [] : [`  ${inline(message)}`];
  return [head, "", ...text, ...(detail === null ? [] : block(detail)), ""];
}

/** A block of code within a list item, its fence longer than any within. */
function block(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const cut = text.slice(0, longestDetail).toWellFormed();
  return ["", `  ${fence}text`, ...cut.split("\n").map((line) => `  ${line}`), `  ${fence}`];
}

/** Text on one line in which no character means anything to Markdown or HTML. */
function inline(text: string): string {
  return plainLine(text, 500)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]()#+.!|~@:-]/g, "\\$&");
}
