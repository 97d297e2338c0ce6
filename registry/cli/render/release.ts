import type { ReleaseDetail } from "../../api/schemas/module.ts";
import { installLine, renderPackages } from "./package.ts";
import type { Style } from "./style.ts";
import { renderBindings } from "./subject.ts";
import { renderPairs } from "./table.ts";

/** One release. @param versions all of the module, newest first */
export function renderRelease(
  release: ReleaseDetail,
  versions: readonly string[],
  style: Style,
): string {
  const imports = release.dependencies.map((each) => `${each.module}@${each.semver}`);
  const pairs: [string, string][] = [
    ["digest", release.digest],
    ["registered", release.registeredAt],
    ["package", renderPackages([release.package], style)],
    ["install", installLine(release.package)],
    ["imports", imports.length === 0 ? "none" : imports.join("\n")],
    ["files", release.files.map((file) => file.path).join("\n")],
    ["versions", versions.join(", ")],
  ];
  const subjects =
    release.bindings.length === 0 ? "No subjects." : renderBindings(release.bindings, style);
  return [
    `${style("bold", `${release.module} ${release.semver}`)}\n${renderPairs(pairs, style)}`,
    subjects,
  ].join("\n\n");
}
