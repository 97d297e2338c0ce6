import type { RunReport } from "../runner/report.ts";

/** The run as `--format json` prints it. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
