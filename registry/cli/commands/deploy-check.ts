import { Argument, InvalidArgumentError, Option } from "commander";
import { valid } from "semver";
import { parseModuleName } from "../../core/module-name.ts";
import { type CommandDefinition, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Exit } from "../exit-code.ts";
import { renderDeployCheck } from "../render/deploy-check.ts";
import { checkEnvironment, parseBuildReference } from "./deployed-build.ts";

interface Flags {
  readonly to: string;
  readonly maxAge?: number;
  readonly uses?: readonly string[];
}

const exits: Readonly<Record<"yes" | "no" | "not_known", Exit>> = {
  yes: "done",
  no: "findings",
  not_known: "inconclusive",
};

export const deployCheck: CommandDefinition<Flags> = {
  name: "deploy check",
  summary: "say whether a build may go into an environment, and what decides",
  details:
    "Ends with 0 for yes, with 100 for no, and with 3 when it is not known. A yes needs, for each subject that the build serves, a run of contract tests on this build that passed (`charter contract test --publish`), and that the build gets on with what is seen or recorded in that environment: by what consumers use, where that is published (`charter contract usage --publish`), and by versions where it is not. Mocks and references are no evidence.",
  arguments: [new Argument("<build>", "<participant>@<build>, such as npc@1.4.0")],
  options: [
    new Option("--to <environment>", "where it shall go, such as prod").makeOptionMandatory(),
    new Option(
      "--uses <release>",
      "what it calls, such as bodybroker/npc@1.2.0, where its use is not published; may be given several times",
    ).argParser(collect),
    new Option("--max-age <days>", "how old a run may be that counts (default: 90)").argParser(
      days,
    ),
  ],
  examples: [
    "charter deploy check npc@1.4.0 --to prod",
    "charter deploy check npc-gateway@7f3c2a1 --to prod --uses bodybroker/npc@1.2.0",
    "charter deploy check npc@1.4.0 --to prod --max-age 14 --format json",
  ],
  async run(context, [reference = ""], flags) {
    const { participant, build } = parseBuildReference(reference);
    if (build === null) {
      throw new CommandFailure(
        "usage",
        `"${reference}" names no build. Write <participant>@<build>, such as ${participant}@1.4.0.`,
      );
    }
    const environment = checkEnvironment(flags.to);
    const age = flags.maxAge === undefined ? {} : { maxAgeDays: flags.maxAge };
    const uses = (flags.uses ?? []).map(checkUse);
    const registry = await context.registry();
    const check = await registry.checkDeployment({ participant, build, environment, uses, ...age });
    return {
      exit: exits[check.answer],
      json: check,
      text: (style) => renderDeployCheck(check, style),
    };
  },
};

function checkUse(text: string): string {
  const [module = "", semver = "", ...more] = text.split("@");
  if (more.length === 0 && parseModuleName(module) !== null && valid(semver) === semver)
    return text;
  throw new CommandFailure(
    "usage",
    `"${text}" must name a release, such as bodybroker/npc@1.2.0, with the whole version that the build was made with.`,
  );
}

function days(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number of days from 1 to 9999.");
}
