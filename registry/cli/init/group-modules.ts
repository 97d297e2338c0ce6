import { groupBy } from "../../core/group-by.ts";
import type { RootedFile } from "./find-roots.ts";
import type { Note } from "./note.ts";

/** A module that is proposed. Folders are relative to the buf.yaml. */
export interface ProposedFolders {
  readonly name: string;
  readonly root: string;
  /** Empty where the module has the root itself. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly files: readonly RootedFile[];
}

export interface Grouped {
  readonly modules: readonly ProposedFolders[];
  readonly notes: readonly Note[];
}

/**
 * Makes modules of folders: one for each proto package and its versions. Files of one folder cannot
 * be parted in a buf.yaml, a package belongs to one module, and modules do not import each other in
 * a circle; so what this ties together becomes one module.
 *
 * @param leftOut folders that no module has
 */
export function groupModules(files: readonly RootedFile[], leftOut: readonly string[]): Grouped {
  const notes: Note[] = [];
  const nameless = files.filter(({ outline }) => outline.protoPackage === "");
  const inFolder = groupBy(files, ({ file }) => folderOf(file));
  const dropped = new Set<string>();
  for (const each of nameless) {
    const folder = folderOf(each.file);
    const others = inFolder.get(folder)?.some(({ outline }) => outline.protoPackage !== "");
    const isImported = files.some(({ outline }) => outline.imports.includes(each.path));
    if (others !== true && !isImported && folder !== each.root) dropped.add(folder);
    notes.push({
      kind: "refused",
      where: { file: each.file },
      text: dropped.has(folder)
        ? `it has no package, so its folder is left out; give it one, such as \`package ${wordOf(folder)}.v1;\`, and run init again`
        : "it has no package, and its module cannot be pushed until it has one",
    });
  }
  const kept = files.filter(({ file }) => !dropped.has(folderOf(file)));
  const groups = merge(kept);
  const names = new Set<string>();
  const modules = groups.map((group) => {
    const name = nameOf(group, names);
    names.add(name);
    return { name, files: group };
  });
  const placed = modules.map((each) => withFolders(each, modules, [...dropped, ...leftOut]));
  return { modules: placed, notes: [...notes, ...placed.flatMap(tornNotes)] };
}

export function folderOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash < 0 ? "." : file.slice(0, slash);
}

/** `game.quest` for `game.quest.v1`. */
function withoutVersion(protoPackage: string): string {
  return protoPackage.replace(/\.v[0-9][a-z0-9]*$/, "");
}

/** Groups files by folder, package and circles of imports. */
function merge(files: readonly RootedFile[]): readonly (readonly RootedFile[])[] {
  const parent = new Map<RootedFile, RootedFile>(files.map((file) => [file, file]));
  const find = (file: RootedFile): RootedFile => {
    let at = file;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  const join = (a: RootedFile, b: RootedFile) => parent.set(find(a), find(b));
  for (const key of [
    ({ file }: RootedFile) => folderOf(file),
    ({ root, outline }: RootedFile) => `${root} ${withoutVersion(outline.protoPackage)}`,
  ]) {
    for (const [first, ...rest] of groupBy(files, key).values()) {
      for (const each of rest) if (first !== undefined) join(each, first);
    }
  }
  const byPath = new Map(files.map((file) => [file.path, file]));
  const importsOf = (group: RootedFile) =>
    files
      .filter((file) => find(file) === group)
      .flatMap((file) => file.outline.imports.flatMap((path) => byPath.get(path) ?? []))
      .map(find);
  for (const file of files) {
    const group = find(file);
    for (const imported of importsOf(group)) {
      if (imported !== group && reaches(imported, group, importsOf)) join(imported, group);
    }
  }
  return [...groupBy(files, find).values()];
}

function reaches(
  from: RootedFile,
  to: RootedFile,
  importsOf: (group: RootedFile) => readonly RootedFile[],
): boolean {
  const seen = new Set<RootedFile>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...importsOf(at));
  }
  return false;
}

/** What everybody imports is `common`; the rest is named by its shortest package. */
function nameOf(group: readonly RootedFile[], taken: ReadonlySet<string>): string {
  const packages = group
    .map(({ outline }) => withoutVersion(outline.protoPackage))
    .filter((each) => each !== "")
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const parts = (packages[0] ?? folderOf(group[0]?.file ?? "")).split(".").reverse();
  const atRoot = group.find(({ path }) => !path.includes("/"));
  const first = atRoot === undefined ? wordOf(parts[0] ?? "") : rootName(group);
  const candidates = [first, ...parts.slice(1).map((part) => `${wordOf(part)}-${first}`)];
  const free = candidates.find((each) => !taken.has(each));
  if (free !== undefined) return free;
  for (let i = 2; ; i++) if (!taken.has(`${first}-${i}`)) return `${first}-${i}`;
}

function rootName(group: readonly RootedFile[]): string {
  const [only, ...others] = group;
  return only === undefined || others.length > 0
    ? "common"
    : wordOf(only.path.replace(/\.proto$/, ""));
}

/** A part of a module's name: lower case, with hyphens. */
export function wordOf(text: string): string {
  const word = text
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return word === "" ? "module" : word;
}

function withFolders(
  module: { readonly name: string; readonly files: readonly RootedFile[] },
  all: readonly { readonly files: readonly RootedFile[] }[],
  others: readonly string[],
): ProposedFolders {
  const root = module.files[0]?.root ?? ".";
  const own = topmost(module.files.map(({ file }) => folderOf(file)));
  const foreign = all
    .filter((each) => each.files !== module.files)
    .flatMap((each) => each.files.map(({ file }) => folderOf(file)));
  const includes = own.includes(root) ? [] : own;
  const around = includes.length > 0 ? includes : [root];
  const excludes = topmost(
    [...foreign, ...others].filter((folder) => around.some((each) => isUnder(folder, each))),
  );
  return { ...module, root, includes, excludes };
}

/** A folder inside of one that must be taken out cannot stay in. */
function tornNotes({ name, files, excludes }: ProposedFolders): Note[] {
  const torn = files.filter(({ file }) => excludes.some((each) => isUnder(folderOf(file), each)));
  return torn.map(({ file }) => ({
    kind: "refused",
    where: { file },
    text: `a buf.yaml cannot keep it in the module ${name} while the folder around it is another module's; move it out of that folder`,
  }));
}

function isUnder(folder: string, other: string): boolean {
  return other === "." ? folder !== "." : folder.startsWith(`${other}/`);
}

/** Without those that lie in another one of them. */
function topmost(folders: readonly string[]): readonly string[] {
  const distinct = [...new Set(folders)].sort();
  return distinct.filter((each) => !distinct.some((other) => isUnder(each, other)));
}
