import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderRelease } from "../render/release.ts";
import { parseModuleReference } from "./module-reference.ts";

export const moduleShow: CommandDefinition<NoFlags> = {
  name: "module show",
  summary: "show one release of a module: its package, imports, files and subjects",
  arguments: [new Argument("<name[@version]>", "such as bodybroker/npc or bodybroker/npc@1.2.0")],
  examples: ["charter module show bodybroker/npc", "charter module show bodybroker/npc@1.0.0"],
  async run(context, [text = ""]) {
    const { module, semver } = parseModuleReference(text);
    const registry = await context.registry();
    const release = await registry.release(module, semver);
    const { versions } = await registry.releases(module);
    const known = versions.map((each) => each.semver);
    return {
      exit: "done",
      json: { ...release, versions: known },
      text: (style) => renderRelease(release, known, style),
    };
  },
};
