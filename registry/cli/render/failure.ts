import type { FailurePlace } from "../../core/failure.ts";
import type { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-code.ts";
import type { Style } from "./style.ts";

/** A failure for a person: the places, as a compiler prints them, then what happened and what helps. */
export function renderFailure(failure: CommandFailure, style: Style): string {
  const lines = failure.places.map((place) => renderPlace(place, style));
  const code = failure.code === null ? "" : `${failure.code}: `;
  lines.push(`${style("red", "error:")} ${code}${failure.message}`);
  if (failure.problem !== null && failure.problem.status >= 500) {
    lines.push(`The registry's log has it under ${failure.problem.id}.`);
  }
  return lines.join("\n");
}

/** `proto/a.proto:3:1: message`, with as much of the place as is known. */
function renderPlace(place: FailurePlace, style: Style): string {
  const where = [place.file ?? place.module, place.line, place.column].filter(
    (part) => part !== undefined,
  );
  return where.length === 0 ? place.message : `${style("bold", where.join(":"))}: ${place.message}`;
}

/** A failure for a program. */
export function failureJson(failure: CommandFailure): object {
  return {
    error: {
      exitCode: exitCodes[failure.exit],
      code: failure.code,
      message: failure.message,
      places: failure.places,
      nearest: failure.problem?.nearest ?? [],
      id: failure.problem?.id ?? null,
    },
  };
}
