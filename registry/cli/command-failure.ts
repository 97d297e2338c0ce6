import { ProblemError } from "../api/client.ts";
import type { Problem } from "../api/schemas/problem.ts";
import type { FailureCode, FailurePlace } from "../core/failure.ts";
import { type Exit, exitOfFailure } from "./exit-code.ts";

/** Why a command ends without a result. The message says what was expected, what came, and what to do. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exit: Exit;
  /** Where in the user's own files it is, with files as a shell in the working folder names them. */
  readonly places: readonly FailurePlace[];
  /** What kind of failure it is, when the gate says so; with a registry or without. */
  readonly code: FailureCode | null;
  /** The registry's problem document, when it is the registry that says so. */
  readonly problem: Problem | null;

  constructor(
    exit: Exit,
    message: string,
    options: {
      places?: readonly FailurePlace[];
      code?: FailureCode;
      problem?: Problem;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.exit = exit;
    this.places = options.places ?? [];
    this.problem = options.problem ?? null;
    this.code = options.code ?? options.problem?.code ?? null;
  }
}

/** The path by which the user finds a file of a module. */
export type Locate = (module: string | undefined, file: string) => string;

/**
 * The failure that an error means to the user, whatever threw it.
 *
 * @param locate translates the registry's file names, which are relative to the root of imports
 */
export function commandFailureOf(
  error: unknown,
  locate: Locate = (_, file) => file,
): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof ProblemError) {
    const { problem } = error;
    return new CommandFailure(exitOfFailure[problem.code], problem.detail, {
      places: problem.places.map((place) => locatePlace(place, locate)),
      problem,
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new CommandFailure("failed", `Charter failed: ${message}`, { cause: error });
}

function locatePlace(place: Problem["places"][number], locate: Locate): FailurePlace {
  return {
    message: place.message,
    ...(place.module === undefined ? {} : { module: place.module }),
    ...(place.file === undefined ? {} : { file: locate(place.module, place.file) }),
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.column === undefined ? {} : { column: place.column }),
  };
}
