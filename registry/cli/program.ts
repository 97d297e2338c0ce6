import { Command, Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import { loadCommands } from "./commands.ts";
import pkg from "./package.json" with { type: "json" };
import type { ConnectionFlags } from "./settings.ts";

/** The flags that every command has. */
export interface CommonFlags extends ConnectionFlags {
  readonly format: "text" | "json";
}

/** Runs the command that was chosen. */
export type Execute = <Flags>(
  definition: CommandDefinition<Flags>,
  args: readonly string[],
  flags: Flags & CommonFlags,
) => Promise<void>;

const nouns: Readonly<Record<string, string>> = {
  module: "check, register and look at modules, the schemas of a team",
  policy: "what the gate refuses, how subjects are named, and who owns what",
  subject: "find the contract of a NATS subject",
  deploy: "tell which builds run where, and ask which may",
  service: "see who runs what, where",
  stream: "provide the JetStream streams and consumers that the contracts need",
  stubs: "the npm packages with typed clients and services",
  contract: "prove that live services keep their contracts",
};

const exitCodeHelp = `
Exit codes: 0 done, accepted or passed; 1 Charter failed; 2 wrong usage or configuration;
3 not enough evidence; 4 registry, NATS or npm registry unreachable or refused;
100 findings or a refused change; 101 waiting for an approval.

Settings: flag, then environment (CHARTER_URL, CHARTER_TOKEN, NATS_URL), then charter.yaml
(keys url, nats and consumers), then a registry started from this clone, then the defaults.`;

/**
 * The command line, as far as the arguments need it. Commander's own exits are thrown as
 * CommanderError.
 *
 * @param argv without node and script; empty for all commands
 */
export async function buildProgram(
  output: { out: (text: string) => void; err: (text: string) => void },
  execute: Execute,
  argv: readonly string[],
): Promise<Command> {
  const program = new Command("charter")
    .description("The protobuf schema registry and contract governance for NATS")
    .version(pkg.version)
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .addHelpText("after", exitCodeHelp);
  await loadCommands(argv, (definition) => attach(program, execute, definition));
  return program;
}

function attach<Flags>(
  program: Command,
  execute: Execute,
  definition: CommandDefinition<Flags>,
): void {
  const words = definition.name.split(" ");
  const [noun = "", verb] = words;
  const parent = verb === undefined ? program : nounOf(program, noun);
  const command = parent
    .command(verb ?? noun)
    .summary(definition.summary)
    .description(
      [`${upperFirst(definition.summary)}.`, definition.details ?? ""].join("\n\n").trimEnd(),
    );
  for (const argument of definition.arguments ?? []) command.addArgument(argument);
  for (const option of definition.options ?? []) command.addOption(option);
  for (const option of commonOptions()) command.addOption(option);
  const examples = definition.examples.map((each) => `  $ ${each}`).join("\n");
  command.addHelpText("after", `\nExamples:\n${examples}`);
  command.action(() =>
    execute(definition, command.args, command.opts<Flags & CommonFlags & Record<never, never>>()),
  );
}

function nounOf(program: Command, noun: string): Command {
  return (
    program.commands.find((each) => each.name() === noun) ??
    program
      .command(noun)
      .summary(nouns[noun] ?? "")
      .description(upperFirst(nouns[noun] ?? ""))
  );
}

function commonOptions(): Option[] {
  return [
    new Option("--format <format>", "how to print the result")
      .choices(["text", "json"])
      .default("text")
      .helpGroup("Common options:"),
    new Option("--url <url>", "the registry (CHARTER_URL)").helpGroup("Common options:"),
    new Option(
      "--token <token>",
      "the write token; better given as CHARTER_TOKEN, which others cannot see",
    ).helpGroup("Common options:"),
    new Option("--nats <url>", "the NATS server (NATS_URL)").helpGroup("Common options:"),
  ];
}

/** The names of all commands, such as `module check`. */
export function commandNames(program: Command): readonly string[] {
  return program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands.map((verb) => `${command.name()} ${verb.name()}`),
  );
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
