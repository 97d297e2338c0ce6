import { mostExchanges } from "../../runner/calls/trace.ts";
import type { Exchange, FailureDetail } from "../../runner/report.ts";
import { plainText, type Render } from "./render-style.ts";

/** The smallest case of a broken law, line by line. @param replay the command line that tries it again */
export function renderFailure(
  failure: FailureDetail,
  replay: string | null,
  options: Render & { readonly module?: string },
): readonly string[] {
  const lines = [
    ...caseLines(failure),
    ...placeLines(failure, options),
    ...repeatLines(failure),
    ...(replay === null ? [] : [`replay     ${replay}`]),
    ...(options.trace === true ? traceLines(failure.trace) : []),
  ];
  return lines.map(plainText);
}

function caseLines({ summary, subject, message, hex, answer, nearest }: FailureDetail): string[] {
  const lines = [summary, `came back  ${answer}`, `subject    ${subject}`];
  if (message !== null) lines.push(`message    ${JSON.stringify(message)}`);
  lines.push(`hex        ${hex === "" ? "(empty)" : hex}`);
  if (nearest !== null) lines.push(`works      ${JSON.stringify(nearest)}`);
  return lines;
}

function placeLines(
  { rule, place }: FailureDetail,
  { module, protoLine }: Render & { readonly module?: string },
): string[] {
  const text = module === undefined ? null : (protoLine?.(module, place) ?? null);
  const lines = [`contract   ${place.file}:${place.line}${text === null ? "" : `  ${text}`}`];
  if (rule !== null) lines.push(`rule       ${rule.id} of ${rule.field || "the message"}`);
  return lines;
}

function repeatLines({ repeated, replay, shrinks }: FailureDetail): string[] {
  const lines: string[] = [];
  if (repeated !== null) {
    lines.push(`again      broken ${repeated.broken} of ${repeated.of} times`);
  }
  if (replay !== null) {
    lines.push(`found by   seed ${replay.seed}, path ${replay.path}, after ${shrinks} shrinks`);
  }
  return lines;
}

const arrows: Readonly<Record<Exchange["direction"], string>> = {
  sent: "request>",
  received: "reply<",
  nothing: "nothing",
};

/** The timed exchange of a case. */
export function traceLines(trace: readonly Exchange[]): string[] {
  const lines = trace.flatMap(({ atMs, direction, subject, headers, bytes, hex }) => {
    const size = direction === "nothing" ? "" : `  ${bytes} bytes${hex === "" ? "" : `  ${hex}`}`;
    return [
      `  ${atMs.toFixed(2).padStart(9)} ms  ${arrows[direction].padEnd(8)}  ${subject}${size}`,
      ...headers.map((header) => `${" ".repeat(24)}${header}`),
    ];
  });
  const more =
    trace.length >= mostExchanges ? [`  … only the first ${mostExchanges} are kept`] : [];
  return lines.length === 0 ? [] : ["trace", ...lines, ...more];
}
