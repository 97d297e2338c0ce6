import { CommanderError } from "commander";
import { createRegistryClient, UnreachableError } from "../api/client.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { CommandFailure, commandFailureOf } from "./command-failure.ts";
import { exitCodes } from "./exit-code.ts";
import { nearestCommands } from "./nearest-commands.ts";
import { buildProgram, type CommonFlags, commandNames } from "./program.ts";
import { failureJson, renderFailure } from "./render/failure.ts";
import { safeForTerminal, styleFor } from "./render/style.ts";
import { chooseSettings, type Settings } from "./settings.ts";
import { readSettingsFiles } from "./settings-files.ts";

/** Where a run of `charter` takes place. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  interrupted(): AbortSignal;
}

/** Runs one command line and gives its exit code. Never throws. @param argv without node and script */
export async function runCharter(
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  let exitCode: number = exitCodes.done;
  const program = await buildProgram(
    { out: (text) => stdout.write(text), err: (text) => stderr.write(text) },
    async (definition, args, flags) => {
      exitCode = await execute(definition, args, flags, surroundings);
    },
    argv,
  );
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      return fail(commandFailureOf(error), "text", surroundings);
    }
    if (error.code === "commander.unknownCommand" && !error.message.includes("Did you mean")) {
      const typed = argv.filter((word) => !word.startsWith("-")).slice(0, 2);
      const near = nearestCommands(typed, commandNames(program));
      for (const name of near) stderr.write(`Did you mean \`charter ${name}\`?\n`);
    }
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

async function execute<Flags>(
  definition: CommandDefinition<Flags>,
  args: readonly string[],
  flags: Flags & CommonFlags,
  surroundings: Surroundings,
): Promise<number> {
  const context = contextOf(flags, surroundings);
  try {
    const outcome = await definition.run(context, args, flags);
    const style = styleFor(surroundings.stdout, surroundings.env);
    const text =
      flags.format === "json"
        ? jsonText(outcome.json)
        : safeForTerminal(outcome.text(style), style);
    await print(surroundings.stdout, `${text}\n`);
    await outcome.afterwards?.();
    return exitCodes[outcome.exit];
  } catch (error) {
    const failure =
      error instanceof UnreachableError
        ? unreachable(error, await context.settings())
        : commandFailureOf(error);
    return fail(failure, flags.format, surroundings);
  }
}

function unreachable(error: UnreachableError, { url }: Settings): CommandFailure {
  return new CommandFailure(
    "unreachable",
    `${error.message} The address comes from ${url.from}. \`npm run up\` in a clone of Charter starts a registry; --url, CHARTER_URL or charter.yaml say where another one is.`,
    { cause: error },
  );
}

/** Prints a failure on stderr, and for a program that reads JSON on stdout too. */
async function fail(
  failure: CommandFailure,
  format: CommonFlags["format"],
  { stdout, stderr, env }: Surroundings,
): Promise<number> {
  if (format === "json") await print(stdout, `${jsonText(failureJson(failure))}\n`);
  const style = styleFor(stderr, env);
  await print(stderr, `${safeForTerminal(renderFailure(failure, style), style)}\n`);
  return exitCodes[failure.exit];
}

function contextOf(flags: CommonFlags, surroundings: Surroundings): Context {
  const { cwd, env, stderr } = surroundings;
  const line = (text: string) => stderr.write(`${safeForTerminal(text, styleFor(stderr, env))}\n`);
  let settings: Promise<Settings> | undefined;
  const context: Context = {
    cwd,
    env,
    interrupted: surroundings.interrupted,
    settings() {
      settings ??= readSettingsFiles(cwd, env).then((files) => chooseSettings(flags, env, files));
      return settings;
    },
    async registry() {
      const { url, token } = await context.settings();
      return createRegistryClient({ url: url.value, token: token?.value });
    },
    progress(text) {
      if (stderr.isTTY) line(text);
    },
    liveProgress(text) {
      if (stderr.isTTY || isCi(env)) line(text);
    },
    warn: line,
  };
  return context;
}

/** Every CI service sets it; `false` is how a developer turns such behaviour off. */
function isCi({ CI }: NodeJS.ProcessEnv): boolean {
  return CI !== undefined && CI !== "" && CI !== "false" && CI !== "0";
}

function jsonText(value: object): string {
  return JSON.stringify({ formatVersion: 1, ...value }, null, 2);
}

/** Resolves when the text has left, so that the end of the process does not cut it off. */
function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}
