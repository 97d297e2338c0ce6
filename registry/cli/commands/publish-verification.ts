import { Option } from "commander";
import type { Tested } from "../../../contract-tests/evidence/test-run.ts";
import { isBuild, isParticipant } from "../../core/deployment/deployment.ts";
import type { Context } from "../command.ts";
import { CommandFailure, commandFailureOf } from "../command-failure.ts";
import type { Exit } from "../exit-code.ts";
import pkg from "../package.json" with { type: "json" };
import { checkEnvironment } from "./deployed-build.ts";

export interface PublishFlags {
  readonly publish?: boolean;
  readonly participant?: string;
  readonly build?: string;
  readonly environment?: string;
}

export const publishOptions: readonly Option[] = [
  new Option("--publish", "keep the evidence in the registry, for `charter deploy check`"),
  new Option(
    "--participant <name>",
    "whose evidence it is (default: who answered, by its name on NATS)",
  ),
  new Option("--build <build>", "of which build (default: the version that answered)"),
  new Option("--environment <name>", "where it was tested, such as staging; --publish needs it"),
];

/** What became of the evidence of a run. */
export interface Publication {
  /** What the registry keeps now, as `<participant>@<build>` with the number of subjects. */
  readonly published: Readonly<Record<string, number>>;
  readonly leftOut: readonly { readonly subject: string; readonly reason: string }[];
  /** Why nothing is kept, or null. */
  readonly failure: string | null;
  /** How the command ends because of that, or null. */
  readonly exit: Exit | null;
}

/** Publishes the evidence of a run. What fails is told with the run's result, which stays. */
export type Publish = (tested: Omit<Tested, "runner">) => Promise<Publication>;

/**
 * Reads the flags before the run, which takes a minute. Null when nothing is to be published.
 *
 * @param flags.law the laws that are chosen
 * @throws CommandFailure usage
 */
export function preparePublishing(
  context: Context,
  flags: PublishFlags & { readonly law?: readonly string[] },
): Publish | null {
  if (flags.publish !== true) {
    const flag = (["participant", "build", "environment"] as const).find(
      (each) => flags[each] !== undefined,
    );
    if (flag === undefined) return null;
    throw new CommandFailure("usage", `--${flag} says whose evidence is kept; add --publish.`);
  }
  if (flags.environment === undefined) {
    throw new CommandFailure(
      "usage",
      "--publish needs --environment <name>: where the services run that are tested, such as staging.",
    );
  }
  if (flags.law !== undefined) {
    throw new CommandFailure(
      "usage",
      "--publish keeps evidence for all laws, and --law tries some; leave one of the two away.",
    );
  }
  const environment = checkEnvironment(flags.environment);
  const named = {
    participant: checked(flags.participant, "participant", isParticipant),
    build: checked(flags.build, "build", isBuild),
  };
  return async (tested) => {
    const { attribute } = await import("../../../contract-tests/evidence/attribute.ts");
    const { testRunOf } = await import("../../../contract-tests/evidence/test-run.ts");
    try {
      const { subjects, leftOut } = attribute(tested.report, named);
      const published: Record<string, number> = {};
      for (const { participant, build } of subjects) {
        const name = `${participant}@${build}`;
        published[name] = (published[name] ?? 0) + 1;
      }
      if (subjects.length === 0) return { published, leftOut, failure: null, exit: null };
      const runner = `charter ${pkg.version}`;
      const run = testRunOf({ ...tested, runner }, subjects, environment);
      await (await context.registry()).recordTestRun(run);
      return { published, leftOut, failure: null, exit: null };
    } catch (error) {
      const { message, exit } = failureOf(error);
      return { published: {}, leftOut: [], failure: message, exit };
    }
  };
}

function checked(
  text: string | undefined,
  flag: string,
  isGood: (text: string) => boolean,
): string | null {
  if (text === undefined) return null;
  if (isGood(text)) return text;
  throw new CommandFailure(
    "usage",
    `--${flag} is "${text}"; expected up to 128 letters, digits and _ . : # + ~ = -, with a letter or digit first.`,
  );
}

function failureOf(error: unknown): { readonly message: string; readonly exit: Exit } {
  if (error instanceof Error && error.name === "ConflictingBuilds") {
    return { message: error.message, exit: "usage" };
  }
  if (error instanceof Error && error.name === "UnreachableError") {
    return { message: error.message, exit: "unreachable" };
  }
  return commandFailureOf(error);
}

/** What a reader is told of it, below the result of the run. */
export function renderPublication({ published, leftOut, failure }: Publication): string {
  if (failure !== null) return `The evidence is not published. ${failure}`;
  const names = Object.entries(published);
  const lines = names.map(
    ([name, subjects]) =>
      `Published: evidence of ${subjects} ${subjects === 1 ? "subject" : "subjects"} of ${name}.`,
  );
  return [
    ...(lines.length === 0 ? ["Nothing is published: no build answered."] : lines),
    ...leftOut.map(({ subject, reason }) => `Not published: ${subject}: ${reason}.`),
  ].join("\n");
}
