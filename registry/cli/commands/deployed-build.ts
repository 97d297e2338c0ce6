import { isBuild, isEnvironment, isParticipant } from "../../core/deployment/deployment.ts";
import { limits } from "../../core/limits.ts";
import { CommandFailure } from "../command-failure.ts";

/** A build of a participant as a command line names it. */
export interface BuildReference {
  readonly participant: string;
  /** Null where only the participant is named. */
  readonly build: string | null;
}

/** Reads `<participant>@<build>`, or `<participant>`. */
export function parseBuildReference(text: string): BuildReference {
  const at = text.indexOf("@");
  const participant = at < 0 ? text : text.slice(0, at);
  const build = at < 0 ? null : text.slice(at + 1);
  if (isParticipant(participant) && (build === null || isBuild(build))) {
    return { participant, build };
  }
  throw new CommandFailure(
    "usage",
    `"${text}" must name a participant and its build, such as npc-gateway@7f3c2a1: each up to ${limits.participantLength} letters, digits and _ . : # + ~ = -, with a letter or digit first.`,
  );
}

/** The environment as it was given, or a failure that says what names are like. */
export function checkEnvironment(text: string): string {
  if (isEnvironment(text)) return text;
  throw new CommandFailure(
    "usage",
    `"${text}" must name an environment, such as prod or eu-west-1: up to ${limits.environmentLength} lower-case letters, digits and dashes, with a letter first.`,
  );
}
