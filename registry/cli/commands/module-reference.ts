import { valid } from "semver";
import { parseModuleName } from "../../core/module-name.ts";
import { CommandFailure } from "../command-failure.ts";

/** A release as a command line names it. */
export interface ModuleReference {
  readonly module: string;
  /** A version, or `latest`. */
  readonly semver: string;
}

/** Reads `<owner>/<name>` or `<owner>/<name>@<version>`. */
export function parseModuleReference(text: string): ModuleReference {
  const at = text.indexOf("@");
  const module = at < 0 ? text : text.slice(0, at);
  const semver = at < 0 ? "latest" : text.slice(at + 1);
  if (parseModuleName(module) === null) {
    throw new CommandFailure(
      "usage",
      `"${text}" must name a module such as bodybroker/npc or bodybroker/npc@1.2.0. \`charter module list\` has their names.`,
    );
  }
  if (semver !== "latest" && valid(semver) !== semver) {
    throw new CommandFailure(
      "usage",
      `The version in "${text}" must be whole, such as 1.2.0, or latest.`,
    );
  }
  return { module, semver };
}
