import { Option } from "commander";
import type { Attribution, NamedBuild } from "../../../contract-tests/evidence/attribute.ts";
import type { Tested } from "../../../contract-tests/evidence/test-run.ts";
import { isBuild, isParticipant } from "../../core/deployment/deployment.ts";
import { groupBy } from "../../core/group-by.ts";
import type { Context, Outcome } from "../command.ts";
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

/** Adds to what a run ended with what became of its evidence. */
export type Publish = (outcome: Outcome, tested: Omit<Tested, "runner">) => Promise<Outcome>;

interface Publication {
  /** What the registry keeps now: the number of subjects of each `<participant>@<build>`. */
  readonly builds: Readonly<Record<string, number>>;
  readonly leftOut: Attribution["leftOut"];
}

/**
 * Reads the flags, and has the registry look at the token, before the run, which takes a minute. Without
 * --publish, nothing is done afterwards.
 *
 * @param flags.law the laws that are chosen
 * @throws CommandFailure usage
 * @throws ProblemError, UnreachableError when the registry would not take what is found
 */
export async function preparePublishing(
  context: Context,
  flags: PublishFlags & { readonly law?: readonly string[] },
): Promise<Publish> {
  if (flags.publish !== true) {
    refuseWithoutPublish(flags);
    return async (outcome) => outcome;
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
  await (await context.registry()).checkToken();
  return async (outcome, tested) => {
    try {
      const published = await publish(context, tested, named, environment);
      return extended(outcome, { published }, outcome.exit, renderPublication(published));
    } catch (error) {
      // The run has its result, whatever becomes of it.
      const { message, exit } = failureOf(error);
      const worse = outcome.exit === "findings" ? outcome.exit : exit;
      return extended(outcome, { notPublished: message }, worse, `Not published: ${message}`);
    }
  };
}

function refuseWithoutPublish(flags: PublishFlags): void {
  const needing = ["participant", "build", "environment"] as const;
  const flag = needing.find((each) => flags[each] !== undefined);
  if (flag === undefined) return;
  throw new CommandFailure("usage", `--${flag} says whose evidence is kept; add --publish.`);
}

async function publish(
  context: Context,
  tested: Omit<Tested, "runner">,
  named: NamedBuild,
  environment: string,
): Promise<Publication> {
  const { attribute } = await import("../../../contract-tests/evidence/attribute.ts");
  const { testRunOf } = await import("../../../contract-tests/evidence/test-run.ts");
  const { subjects, leftOut } = attribute(tested.report, named);
  if (subjects.length > 0) {
    const run = testRunOf({ ...tested, runner: `charter ${pkg.version}` }, subjects, environment);
    await (await context.registry()).recordTestRun(run);
  }
  const groups = groupBy(subjects, ({ participant, build }) => `${participant}@${build}`);
  const builds = Object.fromEntries([...groups].map(([name, own]) => [name, own.length]));
  return { builds, leftOut };
}

function extended(outcome: Outcome, more: object, exit: Exit, text: string): Outcome {
  return {
    ...outcome,
    exit,
    json: { ...outcome.json, ...more },
    text: (style) => `${outcome.text(style)}\n\n${text}`,
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

function renderPublication({ builds, leftOut }: Publication): string {
  const lines = Object.entries(builds).map(
    ([name, count]) => `Published: ${count} ${count === 1 ? "subject" : "subjects"} of ${name}.`,
  );
  return [
    ...(lines.length === 0 ? ["Nothing is published: no build is known to have answered."] : lines),
    ...leftOut.map(({ subject, reason }) => `Not published: ${subject}: ${reason}.`),
  ].join("\n");
}
