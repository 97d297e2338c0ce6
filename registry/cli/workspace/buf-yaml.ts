import { posix } from "node:path";
import { type Static, Type } from "typebox";
import { moduleNameOfBuf } from "../../core/module-name.ts";
import { CommandFailure } from "../command-failure.ts";
import { checkShape, readYaml } from "../settings-files.ts";

/** A named entry of a buf.yaml. Paths are relative to the buf.yaml's folder, with slashes. */
export interface ModuleEntry {
  /** `bodybroker/npc`, without the host. */
  readonly name: string;
  /** The root of its imports: `proto`, or `.`. */
  readonly path: string;
  /** The folders that belong to it; none stands for all. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

const Paths = Type.Optional(Type.Array(Type.String()));
const ModuleSchema = Type.Object({
  path: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  includes: Paths,
  excludes: Paths,
});
const BufYamlSchema = Type.Object({
  version: Type.Literal("v2"),
  name: Type.Optional(Type.String()),
  modules: Type.Optional(Type.Array(ModuleSchema)),
});

/**
 * The named entries of a buf.yaml of version 2. Unnamed ones are left out: they are never pushed.
 * Throws a CommandFailure where buf would refuse the same file.
 */
export function readBufYaml(file: { path: string; text: string }): readonly ModuleEntry[] {
  const value = readYaml(file);
  const version = versionOf(value);
  if (version === "v1" || version === "v1beta1") {
    throw failure(
      file.path,
      `it is of version ${version}; run \`buf config migrate\` to make it v2`,
    );
  }
  const config = checkShape(BufYamlSchema, value, file.path, "a configuration of buf, version v2");
  const modules = config.modules ?? [];
  if (config.name !== undefined && modules.length > 0) {
    throw failure(file.path, "`name` at the top is for a file without `modules`; name each module");
  }
  const single = config.name === undefined ? [] : [{ name: config.name }];
  const entries: ModuleEntry[] = [];
  for (const module of [...modules, ...single]) {
    if (module.name === undefined) continue;
    const entry = readEntry(file.path, module.name, module);
    if (entries.some((other) => other.name === entry.name)) {
      throw failure(file.path, `the module ${entry.name} is there twice`);
    }
    entries.push(entry);
  }
  return entries;
}

function versionOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "version" in value ? value.version : null;
}

function readEntry(
  file: string,
  fullName: string,
  module: Static<typeof ModuleSchema>,
): ModuleEntry {
  const name = moduleNameOfBuf(fullName);
  if (name === null) {
    throw failure(
      file,
      `the name "${fullName}" must be <host>/<owner>/<name> such as charter.localhost/bodybroker/npc, with lower-case letters, digits and hyphens`,
    );
  }
  const path = normalized(file, module.path ?? ".");
  const inside = (text: string): string => {
    const at = normalized(file, text);
    if (path !== "." && !at.startsWith(`${path}/`)) {
      throw failure(file, `"${text}" must be a folder inside the module's path "${path}"`);
    }
    return at;
  };
  return {
    name,
    path,
    includes: (module.includes ?? []).map(inside),
    excludes: (module.excludes ?? []).map(inside),
  };
}

/** A relative path without `./`, `..` and a slash at its end. */
function normalized(file: string, path: string): string {
  const result = posix.normalize(path).replace(/(?<=.)\/$/, "");
  if (posix.isAbsolute(result) || result === ".." || result.startsWith("../") || result === "") {
    throw failure(file, `the path "${path}" must be relative and stay in the folder of the file`);
  }
  return result;
}

function failure(file: string, reason: string): CommandFailure {
  return new CommandFailure("usage", `${file} cannot be used: ${reason}.`);
}

/** Whether a file belongs to a module. @param path relative to the buf.yaml's folder */
export function belongsTo(entry: ModuleEntry, path: string): boolean {
  const under = (folder: string) => path.startsWith(`${folder}/`);
  if (entry.path !== "." && !under(entry.path)) return false;
  if (entry.includes.length > 0 && !entry.includes.some(under)) return false;
  return !entry.excludes.some(under);
}
