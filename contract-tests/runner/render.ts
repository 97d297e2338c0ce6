import { styleText } from "node:util";
import type { BindingResult, FailureDetail, LawResult, RunReport, Verdict } from "./report.ts";

export interface RenderOptions {
  readonly color: boolean;
}

type Look = "bold" | "dim" | "red" | "green" | "yellow";
type Paint = (text: string, ...looks: Look[]) => string;

/** What could steer a terminal: error texts come from the service under test. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const steering = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A report as text: a line for each binding, and what was found wrong beneath it. */
export function renderReport(report: RunReport, options: RenderOptions): string {
  const paint: Paint = (text, ...looks) =>
    options.color && looks.length > 0 ? styleText(looks, text, { validateStream: false }) : text;
  const lines: string[] = [];
  for (const { module, semver, bindings } of report.modules) {
    if (bindings.length === 0) continue;
    lines.push(paint(`${module} ${semver}`, "bold"));
    for (const binding of bindings) lines.push(...bindingLines(binding, paint));
  }
  lines.push("", ...totalLines(report, paint));
  return `${lines.join("\n")}\n`;
}

const words: Readonly<Record<Verdict, readonly [word: string, color: Look]>> = {
  pass: ["pass", "green"],
  fail: ["FAIL", "red"],
  flaky: ["FLAKY", "red"],
  "known-failing": ["known", "yellow"],
  "stale-known-failing": ["STALE", "red"],
  inconclusive: ["open", "yellow"],
  "schema-bug": ["SCHEMA BUG", "red"],
  skipped: ["skipped", "dim"],
};

function bindingLines(binding: BindingResult, paint: Paint): string[] {
  const [word, color] = words[binding.verdict];
  const counts = binding.laws.map((law) => `${law.law} ${lawCount(law)}`).join("  ");
  const live =
    binding.evidence === null
      ? "nothing live"
      : `${binding.evidence}, ${binding.instances} ${binding.instances === 1 ? "instance" : "instances"}`;
  const head = `  ${paint(word, color)}  ${binding.pattern}  ${paint(`${live}  ${counts}`, "dim")}`;
  const notable = binding.laws.filter((law) => law.verdict !== "pass" && law.verdict !== "skipped");
  const [only] = notable;
  // What holds for every law is said once.
  const same = notable.length > 1 && notable.every((law) => law.reason === only?.reason);
  return same && only?.reason
    ? [head, `        ${only.reason}`]
    : [head, ...notable.flatMap((law) => lawLines(law, paint))];
}

function lawCount(law: LawResult): string {
  if (law.verdict === "pass") return String(law.samples);
  if (law.verdict === "skipped") return "–";
  return words[law.verdict][0];
}

function lawLines(law: LawResult, paint: Paint): string[] {
  const [, color] = words[law.verdict];
  const title = `      ${paint(law.law, color)} ${law.title}`;
  if (law.failure === null) return [title, `        ${law.reason ?? ""}`];
  return [title, ...failureLines(law.failure).map((line) => `        ${line}`)];
}

function failureLines(failure: FailureDetail): string[] {
  const { summary, subject, message, hex, answer, rule, replay, shrinks } = failure;
  const lines = [summary, `came back  ${answer}`, `subject    ${subject}`];
  if (message !== null) lines.push(`message    ${JSON.stringify(message)}`);
  lines.push(`hex        ${hex === "" ? "(empty)" : hex}`);
  if (rule !== null)
    lines.push(`rule       ${rule.id} of ${rule.field}, ${rule.file}:${rule.line}`);
  if (replay !== null) {
    lines.push(`found by   seed ${replay.seed}, path ${replay.path}, after ${shrinks} shrinks`);
  }
  return lines.map((line) => line.replace(steering, "\ufffd"));
}

function totalLines({ totals, seed, runId, durationMs }: RunReport, paint: Paint): string[] {
  const { real, reference, mock } = totals.evidence;
  const { verdicts } = totals;
  const parts = Object.entries(words).flatMap(([verdict, [, color]]) => {
    const count = verdicts[verdict as Verdict];
    return count === 0 ? [] : [paint(`${count} ${verdict}`, color)];
  });
  return [
    `Evidence of what passed: ${real} real, ${reference} reference, ${mock} mock`,
    `${totals.bindings} bindings: ${parts.join(", ")}`,
    paint(
      `${totals.calls} calls in ${(durationMs / 1000).toFixed(1)} s, seed ${seed}, run ${runId}`,
      "dim",
    ),
  ];
}
