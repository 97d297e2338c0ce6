import { Argument, Option } from "commander";
import { valid } from "semver";
import type { DeploymentRecord } from "../../api/schemas/deployment.ts";
import { type Role, roles } from "../../core/deployment/deployment.ts";
import { parseModuleName } from "../../core/module-name.ts";
import { type CommandDefinition, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { checkEnvironment, parseBuildReference } from "./deployed-build.ts";

interface Flags {
  readonly to: string;
  readonly uses: readonly string[];
  readonly role: Role;
  readonly keepOthers: boolean;
}

export const deployRecord: CommandDefinition<Flags> = {
  name: "deploy record",
  summary: "record that a build runs in an environment, and what it uses",
  details:
    "For what nobody can see on NATS: callers, publishers, and participants of an environment that the registry does not watch. The gate then judges changes against these releases too. A record ends the earlier recorded builds of the participant in that environment; --keep-others leaves them. Recording the same build again adds to what it uses, such as another role.",
  arguments: [new Argument("<build>", "<participant>@<build>, such as npc-gateway@7f3c2a1")],
  options: [
    new Option("--to <environment>", "where it runs, such as prod").makeOptionMandatory(),
    new Option(
      "--uses <release>",
      "a module or one proto package of it, with the version: bodybroker/npc@1.2.0 or bodybroker.npc.v2@1.2.0; may be given several times",
    )
      .argParser(collect)
      .makeOptionMandatory(),
    new Option("--role <role>", "what it does with them").choices(roles).default("calls"),
    new Option("--keep-others", "leave other builds of the participant there recorded").default(
      false,
    ),
  ],
  examples: [
    "charter deploy record npc-gateway@7f3c2a1 --to prod --uses bodybroker/npc@1.2.0",
    "charter deploy record world@2.4.1 --to prod --uses bodybroker/world@1.3.0 --role publishes",
  ],
  async run(context, [reference = ""], flags) {
    const { participant, build } = parseBuildReference(reference);
    if (build === null) {
      throw new CommandFailure(
        "usage",
        `"${reference}" names no build. Write <participant>@<build>, such as ${participant}@7f3c2a1.`,
      );
    }
    const environment = checkEnvironment(flags.to);
    const uses = flags.uses.map((text) => ({ ...parseUse(text), role: flags.role }));
    const replace = !flags.keepOthers;
    const registry = await context.registry();
    const record = { environment, participant, build, uses, replace };
    const { deployments, ended } = await registry.recordDeployment(record);
    return {
      exit: "done",
      json: { deployments, ended },
      text: () =>
        [
          `${participant}@${build} runs in ${environment} and ${flags.role} ${flags.uses.join(", ")}.`,
          ...ended.map((each) => `${participant}@${each} ended there.`),
        ].join("\n"),
    };
  },
};

type Use = Omit<DeploymentRecord["uses"][number], "role">;

/** Reads `bodybroker/npc@1.2.0`, or `bodybroker.npc.v2@1.2.0` for one proto package. */
function parseUse(text: string): Use {
  const [name = "", semver = "", ...more] = text.split("@");
  if (more.length === 0 && valid(semver) === semver) {
    if (parseModuleName(name) !== null) return { module: name, semver };
    if (/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(name)) return { protoPackage: name, semver };
  }
  throw new CommandFailure(
    "usage",
    `"${text}" must name a release: bodybroker/npc@1.2.0, or bodybroker.npc.v2@1.2.0 for one proto package of it, with the whole version that the build was made with.`,
  );
}
