import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderTable } from "../render/table.ts";

export const moduleList: CommandDefinition<NoFlags> = {
  name: "module list",
  summary: "list the registered modules with their newest release",
  examples: ["charter module list"],
  async run(context) {
    const modules = await (await context.registry()).modules();
    const rows = modules.map((module) => [
      module.name,
      module.semver,
      `${module.package.name}@${module.package.version}`,
      module.package.state,
    ]);
    return {
      exit: "done",
      json: { modules },
      text: (style) =>
        rows.length === 0
          ? "No module is registered. `charter module push` registers those of a buf.yaml."
          : renderTable(["MODULE", "VERSION", "PACKAGE", "STATE"], rows, style),
    };
  },
};
