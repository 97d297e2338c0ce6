import type { FailureDetail } from "../runner/report.ts";
import { plainLine } from "./plain-text.ts";
import { renderFailure } from "./text/render-failure.ts";

/** One line of a detail. A message of a mebibyte helps nobody in a report. */
const longestLine = 4000;

/**
 * The smallest case in lines below its summary, as a run prints it with `--trace`, without anything that
 * could steer what shows it.
 *
 * @param replay the command line that tries it again
 */
export function detailOf(failure: FailureDetail, replay: string | null): string {
  const [, ...lines] = renderFailure(failure, replay, { color: false, trace: true });
  return lines.map((line) => plainLine(line, longestLine)).join("\n");
}
