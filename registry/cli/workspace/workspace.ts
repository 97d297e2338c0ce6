import { dirname, join, relative, resolve } from "node:path";
import type { Proposal } from "../../api/schemas/proposal.ts";
import { bindingsFileName } from "../../core/bindings-file/bindings-file-name.ts";
import { limits } from "../../core/limits.ts";
import { CommandFailure, type Locate } from "../command-failure.ts";
import { findUpwards, readIfThere } from "../settings-files.ts";
import { readBindingsFile } from "./bindings-file.ts";
import { type ModuleEntry, readBufYaml } from "./buf-yaml.ts";
import { collectFiles } from "./collect-files.ts";

/** What the named modules of a buf.yaml hold now. */
export interface Workspace {
  readonly proposal: Proposal;
  readonly locate: Locate;
  /** The absolute path of the buf.yaml's folder. */
  readonly folder: string;
  /** Every module that the buf.yaml names, also those that were not chosen. */
  readonly names: readonly string[];
  /** Files that were left out because they lie elsewhere. */
  readonly skipped: readonly string[];
}

/**
 * Reads the workspace that a folder is in.
 *
 * @param dir the folder of the buf.yaml; without it, the nearest at or above `cwd`
 * @param only the modules to take; without it, every named one
 */
export async function readWorkspace(
  cwd: string,
  dir: string | undefined,
  only: readonly string[] | undefined,
): Promise<Workspace> {
  const file =
    dir === undefined
      ? await findUpwards(cwd, "buf.yaml")
      : await readIfThere(join(resolve(cwd, dir), "buf.yaml"));
  if (file === null) {
    throw new CommandFailure(
      "usage",
      dir === undefined
        ? `There is no buf.yaml in ${cwd} or above it. Run \`buf config init\`, or name the folder that has one.`
        : `There is no buf.yaml in ${dir}. Name the folder that has one.`,
    );
  }
  const folder = dirname(file.path);
  const named = readBufYaml(file);
  const entries = chosen(file.path, named, only);
  const modules = [];
  const skipped = [];
  const bindingsFiles = new Map<string, string>();
  for (const entry of entries) {
    const collected = await collectFiles(folder, entry);
    if (collected.files.length === 0) {
      throw new CommandFailure(
        "usage",
        `The module ${entry.name} of ${file.path} has no .proto file in ${entry.path}. Correct its path, or take it out.`,
      );
    }
    const bindings = await readBindingsFile(folder, entry);
    if (bindings !== null) bindingsFiles.set(entry.name, bindings.path);
    modules.push({
      name: entry.name,
      files: [...collected.files],
      ...(bindings === null ? {} : { bindings: bindings.text }),
    });
    skipped.push(...collected.skipped);
  }
  checkSize(file.path, modules);
  return {
    proposal: { modules },
    locate: locator(cwd, folder, entries, bindingsFiles),
    folder,
    names: named.map((entry) => entry.name),
    skipped,
  };
}

function chosen(
  path: string,
  entries: readonly ModuleEntry[],
  only: readonly string[] | undefined,
): readonly ModuleEntry[] {
  if (entries.length === 0) {
    throw new CommandFailure(
      "usage",
      `${path} names no module, and unnamed modules are not pushed. Give one a name such as charter.localhost/bodybroker/npc.`,
    );
  }
  const unknown = only?.find((name) => !entries.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    const names = entries.map((entry) => entry.name).join(", ");
    throw new CommandFailure("usage", `${path} names no module "${unknown}". It names ${names}.`);
  }
  return only === undefined ? entries : entries.filter((entry) => only.includes(entry.name));
}

function checkSize(path: string, modules: Proposal["modules"]): void {
  const files = modules.flatMap((module) => module.files);
  const texts = [
    ...files.map((file) => file.content),
    ...modules.map((each) => each.bindings ?? ""),
  ];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const over =
    modules.length > limits.modulesPerProposal
      ? `${modules.length} modules, and a registry takes ${limits.modulesPerProposal} at once`
      : files.length > limits.filesPerProposal
        ? `${files.length} files, and a registry takes ${limits.filesPerProposal} at once`
        : bytes > limits.requestBytes
          ? `${bytes} bytes, and a registry takes ${limits.requestBytes} at once`
          : null;
  if (over === null) return;
  throw new CommandFailure(
    "usage",
    `The modules of ${path} have ${over}. Choose some with --module.`,
  );
}

/**
 * Gives a module's file the path that it has for someone who stands in `cwd`.
 *
 * @param bindingsFiles the bindings.yaml of modules
 */
function locator(
  cwd: string,
  folder: string,
  entries: readonly ModuleEntry[],
  bindingsFiles: ReadonlyMap<string, string>,
): Locate {
  const roots = new Map(entries.map((entry) => [entry.name, join(folder, entry.path)]));
  const distinct = [...new Set(roots.values())];
  // A place without a module can still be found where all modules have one root.
  const common = distinct.length === 1 ? distinct[0] : undefined;
  return (module, file) => {
    const bindings = file === bindingsFileName ? bindingsFiles.get(module ?? "") : undefined;
    if (bindings !== undefined) return relative(cwd, bindings);
    const root = module === undefined ? common : roots.get(module);
    return root === undefined ? file : relative(cwd, join(root, file));
  };
}
