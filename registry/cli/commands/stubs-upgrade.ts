import type { Release } from "../../api/schemas/module.ts";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderPackages } from "../render/package.ts";
import { exitOfPackages, waitForPackages } from "./waiting-for-packages.ts";

export const stubsUpgrade: CommandDefinition<NoFlags> = {
  name: "stubs upgrade",
  summary: "make the stub packages of all heads again with the generator of this registry",
  details:
    "For after an upgrade of Charter. Each head whose package another generator made gets a patch release of the same revision; contracts stay as they are. Repeating it does nothing.",
  examples: ["charter stubs upgrade"],
  async run(context) {
    const registry = await context.registry();
    context.progress(`Upgrading stub packages at ${registry.url} …`);
    const upgraded = await registry.upgradeStubs();
    const releases: Release[] = [];
    for (const { module, semver } of upgraded.releases) {
      releases.push(await registry.release(module, semver));
    }
    if (releases.length > 0) await waitForPackages(context, registry, releases);
    const packages = releases.map((release) => release.package);
    return {
      exit: exitOfPackages(packages),
      json: { releases: upgraded.releases, packages },
      text: (style) =>
        packages.length === 0
          ? "Every head has the stub package of this generator already."
          : renderPackages(packages, style),
    };
  },
};
