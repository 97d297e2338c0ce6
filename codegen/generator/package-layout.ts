import type { DescFile } from "@bufbuild/protobuf";
import { packageNameOf } from "../../registry/core/module-name.ts";

/** A proto package of the module, and the subpath of the npm package that has all of it. */
export interface PackageEntry {
  readonly protoPackage: string;
  /** `v1` for `bodybroker.npc.v1`, without the leading `./`. */
  readonly subpath: string;
  /** In the order of their paths. */
  readonly files: readonly DescFile[];
}

/**
 * The subpath of each proto package: the name without `<owner>.` and `<name>.`, as slashes. In
 * `bodybroker/npc` that makes `v1` of `bodybroker.npc.v1`, in `bodybroker/common` `audit/v1` of
 * `bodybroker.audit.v1`. A package that would take the subpath of the module's own keeps its whole
 * name.
 */
export function packageEntries(module: string, files: readonly DescFile[]): PackageEntry[] {
  const byPackage = new Map<string, DescFile[]>();
  for (const file of [...files].sort(byName)) {
    const list = byPackage.get(file.proto.package) ?? [];
    byPackage.set(file.proto.package, [...list, file]);
  }
  const own = ownPrefix(module);
  // The module's own packages come first, so that they have the short subpaths.
  const packages = [...byPackage.keys()].sort(
    (a, b) => Number(b.startsWith(own)) - Number(a.startsWith(own)) || (a < b ? -1 : 1),
  );
  const taken = new Set<string>();
  return packages.map((protoPackage) => {
    const short = shortSubpath(module, protoPackage);
    const subpath = taken.has(short) ? protoPackage.replaceAll(".", "/") : short;
    taken.add(subpath);
    return { protoPackage, subpath, files: byPackage.get(protoPackage) ?? [] };
  });
}

function shortSubpath(module: string, protoPackage: string): string {
  const own = ownPrefix(module);
  const owner = own.slice(0, own.indexOf(".") + 1);
  let rest = protoPackage;
  if (protoPackage.startsWith(own)) rest = protoPackage.slice(own.length);
  else if (protoPackage.startsWith(owner)) rest = protoPackage.slice(owner.length);
  return rest === "" ? "unnamed" : rest.replaceAll(".", "/");
}

/** `bodybroker.npc.` for `bodybroker/npc`. Proto packages have no hyphens. */
function ownPrefix(module: string): string {
  return `${module.replaceAll("-", "_").replace("/", ".")}.`;
}

function byName(a: DescFile, b: DescFile): number {
  return a.proto.name < b.proto.name ? -1 : 1;
}

/** `bodybroker/npc/v1/npc_pb` for `bodybroker/npc/v1/npc.proto`. */
export function messagesPath(file: DescFile): string {
  return `${file.name}_pb`;
}

/** `bodybroker/npc/v1/npc_nats` for `bodybroker/npc/v1/npc.proto`. */
export function contractsPath(file: DescFile): string {
  return `${file.name}_nats`;
}

/** What a message's file is imported from when it belongs to somebody else. */
export interface Foreign {
  /** What stands before `/bodybroker/common/v1/meta_pb.js`. */
  readonly importFrom: string;
  /** The npm package that has it. */
  readonly npmPackage: string;
}

/** Where generated code finds the files that every registry supplies, by their paths. */
const supplied: Readonly<Record<string, Foreign>> = {
  "buf/validate/validate.proto": {
    importFrom: "@bufbuild/protovalidate/gen",
    npmPackage: "@bufbuild/protovalidate",
  },
  ...Object.fromEntries(
    ["binding", "dead_letter", "error", "stream_control"].map((name) => [
      `charter/nats/v1/${name}.proto`,
      { importFrom: "@charter-nats/runtime", npmPackage: "@charter-nats/runtime" },
    ]),
  ),
};

/** What the module imports from other npm packages, by proto path. */
export function foreignFiles(
  files: readonly DescFile[],
  dependencies: readonly { readonly module: string; readonly files: readonly string[] }[],
): Map<string, Foreign> {
  const own = new Set(files.map((file) => file.proto.name));
  const owners = new Map(
    dependencies.flatMap(({ module, files: theirs }) =>
      theirs.map((path) => [path, packageNameOf(module)] as const),
    ),
  );
  const foreign = new Map<string, Foreign>();
  for (const file of importedFiles(files)) {
    const path = file.proto.name;
    if (own.has(path) || path.startsWith("google/protobuf/")) continue;
    const npmPackage = owners.get(path);
    const found =
      npmPackage === undefined ? supplied[path] : { importFrom: npmPackage, npmPackage };
    if (found === undefined) {
      throw new Error(`${path} is imported, but no dependency and no built-in file has that path`);
    }
    foreign.set(path, found);
  }
  return foreign;
}

/** Imported files, with those that they import publicly: their types can be used as well. */
function* importedFiles(files: readonly DescFile[]): Generator<DescFile> {
  for (const file of files) {
    for (const dependency of file.dependencies) yield* withPublicImports(dependency);
  }
}

function* withPublicImports(file: DescFile): Generator<DescFile> {
  yield file;
  for (const index of file.proto.publicDependency) {
    const dependency = file.dependencies[index];
    if (dependency !== undefined) yield* withPublicImports(dependency);
  }
}
