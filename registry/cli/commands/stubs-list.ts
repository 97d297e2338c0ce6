import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { installLine } from "../render/package.ts";
import { renderTable } from "../render/table.ts";
import { parseModuleReference } from "./module-reference.ts";

export const stubsList: CommandDefinition<NoFlags> = {
  name: "stubs list",
  summary: "list the stub packages with their state and how to install them",
  arguments: [
    new Argument("[module]", "all versions of this module (default: the newest of every module)"),
  ],
  examples: ["charter stubs list", "charter stubs list bodybroker/npc"],
  async run(context, [module]) {
    const registry = await context.registry();
    const releases =
      module === undefined
        ? await registry.modules()
        : (await registry.releases(parseModuleReference(module).module)).versions;
    const packages = releases.map((release) => release.package);
    const rows = packages.map((each) => [each.name, each.version, each.state, installLine(each)]);
    return {
      exit: "done",
      json: { packages: packages.map((each) => ({ ...each, install: installLine(each) })) },
      text: (style) =>
        rows.length === 0
          ? "There is no stub package yet. `charter module push` makes them."
          : renderTable(["PACKAGE", "VERSION", "STATE", "INSTALL"], rows, style),
    };
  },
};
