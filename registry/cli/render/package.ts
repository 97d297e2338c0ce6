import type { Release } from "../../api/schemas/module.ts";
import type { Look, Style } from "./style.ts";

type Package = Release["package"];

const looks: Record<Package["state"], Look> = {
  published: "green",
  pending: "yellow",
  failed: "red",
};

/** A line for each stub package, with the reason where its publication failed. */
export function renderPackages(packages: readonly Package[], style: Style): string {
  return packages
    .map((each) => {
      const state = style(looks[each.state], each.state);
      const error = each.error === null ? "" : `: ${each.error}`;
      return `${each.name}@${each.version} ${state}${error}`;
    })
    .join("\n");
}

/** The command that installs a package from the npm registry that holds it. */
export function installLine(each: Package): string {
  const scope = each.name.split("/")[0];
  const from = each.registry === null ? "" : ` --${scope}:registry=${each.registry}`;
  return `npm install ${each.name}@${each.version}${from}`;
}
