import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderTable } from "../render/table.ts";
import { exitOfPackages } from "./waiting-for-packages.ts";

export const stubsPublish: CommandDefinition<NoFlags> = {
  name: "stubs publish",
  summary: "try again to publish the stub packages whose publication failed or was interrupted",
  details:
    "A push publishes by itself; this is for after an npm registry was away. Ends with 4 when a publication fails again.",
  examples: ["charter stubs publish"],
  async run(context) {
    const registry = await context.registry();
    context.progress(`Publishing at ${registry.url} …`);
    const { publications } = await registry.publish();
    const rows = publications.map((each) => [
      each.name,
      each.version,
      each.state,
      each.error ?? "",
    ]);
    return {
      exit: exitOfPackages(publications),
      json: { publications },
      text: (style) =>
        rows.length === 0
          ? "Every stub package is published already."
          : renderTable(["PACKAGE", "VERSION", "STATE", "REASON"], rows, style),
    };
  },
};
