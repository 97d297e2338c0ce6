import { Option } from "commander";
import { parseModuleName } from "../../core/module-name.ts";
import type { CommandDefinition } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderMatrix } from "../render/deploy-matrix.ts";
import { checkEnvironment } from "./deployed-build.ts";

interface Flags {
  readonly environment?: string;
  readonly module?: string;
}

export const deployMatrix: CommandDefinition<Flags> = {
  name: "deploy matrix",
  summary: "list which builds run or were tested, on which subjects, with which evidence",
  options: [
    new Option("--environment <name>", "only builds that run there (default: all)"),
    new Option("--module <module>", "only subjects of this one, such as bodybroker/npc"),
  ],
  examples: [
    "charter deploy matrix --environment prod",
    "charter deploy matrix --module bodybroker/npc --format json",
  ],
  async run(context, _args, { environment, module }) {
    if (environment !== undefined) checkEnvironment(environment);
    if (module !== undefined && parseModuleName(module) === null) {
      throw new CommandFailure(
        "usage",
        `"${module}" must name a module, such as bodybroker/npc, without a version.`,
      );
    }
    const only = {
      ...(environment === undefined ? {} : { environment }),
      ...(module === undefined ? {} : { module }),
    };
    const matrix = await (await context.registry()).deploymentMatrix(only);
    return { exit: "done", json: matrix, text: (style) => renderMatrix(matrix, style) };
  },
};
