import type { Exchange, FailureDetail } from "../runner/report.ts";
import { plainLine } from "./plain-text.ts";

/** One line of a detail. A message of a mebibyte helps nobody in a report. */
const longestLine = 4000;

/** The smallest case in lines below its summary, without anything that could steer what shows it. */
export function detailOf(failure: FailureDetail): string {
  const { answer, subject, message, hex, nearest, rule, replay, repeated } = failure;
  const lines: readonly (readonly [string, string | null])[] = [
    ["came back", answer],
    ["subject", subject],
    ["message", message === null ? null : JSON.stringify(message)],
    ["hex", hex === "" ? "(empty)" : hex],
    ["nearest", nearest === null ? null : JSON.stringify(nearest)],
    ["rule", rule === null ? null : `${rule.id} of ${rule.field}, ${rule.file}:${rule.line}`],
    ["contract", `${failure.place.file}:${failure.place.line}`],
    ["repeated", repeated === null ? null : `broken ${repeated.broken} of ${repeated.of} times`],
    ["found by", replay === null ? null : `seed ${replay.seed}, path ${replay.path}`],
    ...failure.trace.map((exchange) => ["", exchangeLine(exchange)] as const),
  ];
  return lines
    .filter((line): line is readonly [string, string] => line[1] !== null)
    .map(([name, text]) =>
      plainLine(name === "" ? text : `${name.padEnd(9)}  ${text}`, longestLine),
    )
    .join("\n");
}

const arrows = { sent: ">", received: "<", nothing: "." } as const;

function exchangeLine({ atMs, direction, subject, headers, bytes, hex }: Exchange): string {
  const head = `${atMs.toFixed(2).padStart(9)} ms ${arrows[direction]} ${subject} ${bytes} bytes`;
  return [head, ...headers, hex].filter((part) => part !== "").join("  ");
}
