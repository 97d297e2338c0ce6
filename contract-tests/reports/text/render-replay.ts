import type { ReplayReport } from "../../runner/replay/replay.ts";
import { renderFailure, traceLines } from "./render-failure.ts";
import { painter, plainText, type Render } from "./render-style.ts";

const verdicts = {
  fail: ["FAIL", "red", "still broken"],
  pass: ["pass", "green", "kept now"],
  inconclusive: ["open", "yellow", "nothing can be told"],
} as const;

/** What became of a case, with its timed exchange. */
export function renderReplay(report: ReplayReport, options: Render): string {
  const { module, semver, law, title, pattern, verdict, reason, failure, trace } = report;
  const [word, color, meaning] = verdicts[verdict];
  const head = `${painter(options.color)(word, color)}  ${law} ${title}: ${meaning}, on ${pattern} of ${module} ${semver}`;
  const lines = reason === null ? [] : [reason];
  if (failure !== null) lines.push(...renderFailure(failure, null, { ...options, module }));
  lines.push(...traceLines(trace));
  return `${[head, ...lines.map((line) => `  ${plainText(line)}`)].join("\n")}\n`;
}
