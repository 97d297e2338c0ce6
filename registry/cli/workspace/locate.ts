import { dirname, join, relative, sep } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { findUpwards } from "../settings-files.ts";
import { type ModuleEntry, readBufYaml } from "./buf-yaml.ts";

/**
 * What gives a module's file the path that it has from `cwd`, with slashes, where the nearest buf.yaml
 * holds the module. Others keep the path that imports give them: the contract lies elsewhere.
 */
export async function locateInWorkspace(
  cwd: string,
): Promise<(module: string, file: string) => string> {
  const file = await findUpwards(cwd, "buf.yaml");
  const folder = file === null ? cwd : dirname(file.path);
  const roots = new Map(
    entriesOf(file).map((entry) => [entry.name, join(folder, entry.path)] as const),
  );
  return (module, path) => {
    const root = roots.get(module);
    return root === undefined ? path : relative(cwd, join(root, path)).split(sep).join("/");
  };
}

function entriesOf(file: Awaited<ReturnType<typeof findUpwards>>): readonly ModuleEntry[] {
  if (file === null) return [];
  try {
    return readBufYaml(file);
  } catch (error) {
    // A buf.yaml that no push would take says nothing of places, and a run is no check of it.
    if (error instanceof CommandFailure) return [];
    throw error;
  }
}
