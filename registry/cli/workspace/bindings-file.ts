import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { bindingsFileName } from "../../core/bindings-file/bindings-file-name.ts";
import { limits } from "../../core/limits.ts";
import { CommandFailure } from "../command-failure.ts";
import { readIfThere } from "../settings-files.ts";
import type { ModuleEntry } from "./buf-yaml.ts";

/**
 * Reads the bindings.yaml of a module, or null where there is none. It lies in the module's folder:
 * in one of its `includes`, or else in its `path`.
 *
 * @param workspace the absolute path of the buf.yaml's folder
 */
export async function readBindingsFile(
  workspace: string,
  entry: ModuleEntry,
): Promise<{ readonly path: string; readonly text: string } | null> {
  const folders = entry.includes.length > 0 ? entry.includes : [entry.path];
  const found: string[] = [];
  for (const folder of folders) {
    const path = join(workspace, folder, bindingsFileName);
    if (await isInside(workspace, path)) found.push(path);
  }
  const [path, other] = found;
  if (path === undefined) return null;
  if (other !== undefined) {
    throw new CommandFailure(
      "usage",
      `The module ${entry.name} has ${path} and ${other}, and a module has one ${bindingsFileName}. Put all of its bindings into one of them.`,
    );
  }
  const file = await readIfThere(path);
  if (file !== null && file.text.length > limits.bindingsFileLength) {
    throw new CommandFailure(
      "usage",
      `${path} has ${file.text.length} characters; a registry takes up to ${limits.bindingsFileLength}. Split the module.`,
    );
  }
  return file;
}

/** Whether it is a file of the workspace; what links lead out of it to is not read. */
async function isInside(workspace: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  if (real === null || !real.startsWith((await realpath(workspace)) + sep)) return false;
  return (await stat(real)).isFile();
}
