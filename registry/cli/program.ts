import { Command, Option } from "commander";
import type { CommandDefinition } from "./command.ts";
import { contractTest } from "./commands/contract-test.ts";
import { deployEnd } from "./commands/deploy-end.ts";
import { deployRecord } from "./commands/deploy-record.ts";
import { explain } from "./commands/explain.ts";
import { init } from "./commands/init.ts";
import { mock } from "./commands/mock.ts";
import { moduleCheck } from "./commands/module-check.ts";
import { moduleDiff } from "./commands/module-diff.ts";
import { moduleList } from "./commands/module-list.ts";
import { modulePush } from "./commands/module-push.ts";
import { moduleReport } from "./commands/module-report.ts";
import { moduleRetire } from "./commands/module-retire.ts";
import { moduleShow } from "./commands/module-show.ts";
import { policyList } from "./commands/policy-list.ts";
import { policySet } from "./commands/policy-set.ts";
import { policyShow } from "./commands/policy-show.ts";
import { serviceList } from "./commands/service-list.ts";
import { streamApply } from "./commands/stream-apply.ts";
import { streamPlan } from "./commands/stream-plan.ts";
import { stubsList } from "./commands/stubs-list.ts";
import { stubsPublish } from "./commands/stubs-publish.ts";
import { stubsUpgrade } from "./commands/stubs-upgrade.ts";
import { subjectList } from "./commands/subject-list.ts";
import { subjectResolve } from "./commands/subject-resolve.ts";
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
  deploy: "tell which builds run in which environment",
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

/** The whole command line. Commander's own exits are thrown as CommanderError. */
export function buildProgram(
  output: { out: (text: string) => void; err: (text: string) => void },
  execute: Execute,
): Command {
  const program = new Command("charter")
    .description("The protobuf schema registry and contract governance for NATS")
    .version(pkg.version)
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .addHelpText("after", exitCodeHelp);
  attach(program, execute, init);
  attach(program, execute, moduleCheck);
  attach(program, execute, modulePush);
  attach(program, execute, moduleReport);
  attach(program, execute, moduleRetire);
  attach(program, execute, moduleList);
  attach(program, execute, moduleShow);
  attach(program, execute, moduleDiff);
  attach(program, execute, policyShow);
  attach(program, execute, policyList);
  attach(program, execute, policySet);
  attach(program, execute, subjectResolve);
  attach(program, execute, subjectList);
  attach(program, execute, serviceList);
  attach(program, execute, deployRecord);
  attach(program, execute, deployEnd);
  attach(program, execute, streamPlan);
  attach(program, execute, streamApply);
  attach(program, execute, stubsList);
  attach(program, execute, stubsPublish);
  attach(program, execute, stubsUpgrade);
  attach(program, execute, contractTest);
  attach(program, execute, mock);
  attach(program, execute, explain);
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
