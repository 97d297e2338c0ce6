import type { RunReport } from "../runner/report.ts";
import { type Alike, alike } from "./alike.ts";
import { casesOf } from "./cases.ts";
import { plainLine } from "./plain-text.ts";
import type { RenderOptions } from "./render-options.ts";

/** GitHub shows so many of each level for a step, and drops the others without a word. */
const shown = 10;

/**
 * Workflow commands of GitHub Actions: what is broken as errors, what has too little evidence as
 * warnings, at their lines of the contract.
 */
export function renderGithubCommands(report: RunReport, options: RenderOptions): string {
  const cases = casesOf(report);
  const broken = alike(cases.filter(({ outcome }) => outcome === "broken"));
  const open = alike(cases.filter(({ outcome }) => outcome === "open"));
  const left = Math.max(0, broken.length - shown) + Math.max(0, open.length - shown);
  const commands = [
    ...broken.slice(0, shown).map((each) => commandOf("error", each, options)),
    ...open.slice(0, shown).map((each) => commandOf("warning", each, options)),
    ...(left === 0 ? [] : [`::notice title=contract tests::${left} more are in the job summary`]),
  ];
  return commands.map((command) => `${command}\n`).join("");
}

function commandOf(
  level: "error" | "warning",
  { first: each, laws }: Alike,
  { locate }: RenderOptions,
): string {
  const { place, title, verdict } = each;
  const where =
    place === null ? "" : `file=${property(locate(each.module, place.file))},line=${place.line},`;
  const name = property(`${laws}: ${verdict}`);
  const text = [each.message ?? title, each.detail ?? ""].join("\n").trimEnd();
  return `::${level} ${where}title=${name}::${data(`${each.element}: ${text}`)}`;
}

/** The old form of commands is looked for anywhere in a line. */
function data(text: string): string {
  return text
    .replaceAll("##[", "## [")
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(plainLine(text, 300)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
