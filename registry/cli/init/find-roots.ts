import { filePathProblem, isBuiltIn } from "../../core/revision/file-path.ts";
import type { ForeignFile } from "./find-files.ts";
import type { Note } from "./note.ts";

/** A file with the path that others import it by. */
export interface RootedFile extends ForeignFile {
  /** The folder that imports begin in: `proto`, or `.`. */
  readonly root: string;
  /** Relative to the root: `quest/quest.proto`. */
  readonly path: string;
}

export interface Rooted {
  readonly files: readonly RootedFile[];
  /** Files that no module should have, with why. */
  readonly leftOut: readonly string[];
  readonly notes: readonly Note[];
}

/** Copies of what a registry supplies, wherever they lie. */
const copied = /(?:^|\/)(?:buf\/validate|charter\/nats|google\/protobuf)\//;

/** Finds by the imports between files which folders imports begin in. */
export function findRoots(all: readonly ForeignFile[]): Rooted {
  const notes: Note[] = [];
  const copies = all.filter(({ file }) => copied.test(file));
  for (const { file } of copies) {
    notes.push({
      kind: "said",
      where: { file },
      text: "the registry supplies it, so it is left out; nothing needs to change",
    });
  }
  const own = all.filter(({ file }) => !copied.test(file));
  const votes = countVotes(own, notes);
  const roots = new Map<string, number>();
  for (const each of votes.values()) {
    for (const [root, count] of each) roots.set(root, (roots.get(root) ?? 0) + count);
  }
  const files = own.map((each): RootedFile => {
    const root = rootOf(each.file, votes.get(each.file), roots);
    return { ...each, root, path: root === "." ? each.file : each.file.slice(root.length + 1) };
  });
  notes.push(...files.flatMap(pathNotes), ...twice(files));
  return { files, leftOut: copies.map(({ file }) => file), notes };
}

type Votes = Map<string, Map<string, number>>;

/** For each file that is imported, the roots under which its importers find it. */
function countVotes(files: readonly ForeignFile[], notes: Note[]): Votes {
  const votes: Votes = new Map();
  for (const { file, outline } of files) {
    for (const path of outline.imports) {
      if (isBuiltIn(path)) continue;
      const found = files.filter((each) => each.file === path || each.file.endsWith(`/${path}`));
      if (found.length === 0) {
        notes.push({
          kind: "refused",
          where: { file },
          text: `it imports "${path}", which is not here; add the file, or push the module that has it first`,
        });
      }
      for (const each of found) {
        const root = each.file.slice(0, -path.length - 1) || ".";
        const ofFile = votes.get(each.file) ?? new Map<string, number>();
        votes.set(each.file, ofFile.set(root, (ofFile.get(root) ?? 0) + 1));
      }
    }
  }
  return votes;
}

/** The root most importers use; of a file that nobody imports, the deepest root around it. */
function rootOf(
  file: string,
  own: ReadonlyMap<string, number> | undefined,
  all: ReadonlyMap<string, number>,
): string {
  const ranked = [...(own ?? [])].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (ranked[0] !== undefined) return ranked[0][0];
  const around = [...all.keys()].filter((root) => root !== "." && file.startsWith(`${root}/`));
  return around.sort((a, b) => b.length - a.length)[0] ?? ".";
}

function pathNotes({ file, path }: RootedFile): Note[] {
  const problem = filePathProblem(path);
  if (problem === null) return [];
  return [
    { kind: "refused", where: { file }, text: `"${path}" is no path of a module: ${problem}` },
  ];
}

/** Two files that would have one path: a path belongs to one module, registry-wide. */
function twice(files: readonly RootedFile[]): Note[] {
  const seen = new Map<string, string>();
  return files.flatMap(({ file, path }): Note[] => {
    const other = seen.get(path);
    if (other === undefined) {
      seen.set(path, file);
      return [];
    }
    return [
      {
        kind: "refused",
        where: { file },
        text: `${other} is imported by the same path, "${path}", and a path belongs to one module; keep one of the two`,
      },
    ];
  });
}
