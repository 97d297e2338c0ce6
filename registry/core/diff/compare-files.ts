import type { DescFile } from "@bufbuild/protobuf";
import { Edition, FileOptionsSchema } from "@bufbuild/protobuf/wkt";
import type { FindingPlace } from "../gate/report.ts";
import { type Aspects, compareAspects } from "./aspects.ts";
import type { Difference } from "./difference.ts";
import { optionAspects } from "./options.ts";
import { namesInWords } from "./ranges.ts";
import { type ComparedRevision, filesOf, packagesOf } from "./revision.ts";

/** Files under another path, from the old one to the new. */
export type Moves = ReadonlyMap<string, string>;

/**
 * Finds the files that only got another path: everything of theirs that is still there stands in
 * one and the same new file.
 */
export function movedFiles(old: ComparedRevision, now: ComparedRevision): Moves {
  const oldPaths = new Set(filesOf(old).map(pathOf));
  const newFiles = filesOf(now).filter((file) => !oldPaths.has(pathOf(file)));
  const newPlaces = new Map(newFiles.flatMap((file) => namesIn(file).map((name) => [name, file])));
  const stayed = new Set(filesOf(now).map(pathOf));
  const moves = new Map<string, string>();
  for (const file of filesOf(old)) {
    if (stayed.has(pathOf(file))) continue;
    const known = namesIn(file).filter((name) => isIn(now, name));
    const targets = new Set(known.map((name) => newPlaces.get(name)));
    const [target] = targets;
    if (targets.size === 1 && target !== undefined) moves.set(pathOf(file), pathOf(target));
  }
  return moves;
}

function namesIn(file: DescFile): string[] {
  const all = [...file.messages, ...file.enums, ...file.services, ...file.extensions];
  return all.map((type) => type.typeName);
}

function isIn({ registry }: ComparedRevision, name: string): boolean {
  return registry.get(name) !== undefined;
}

/** What differs in the packages and files of a module, without what stands in the files. */
export function compareFiles(
  old: ComparedRevision,
  now: ComparedRevision,
  moves: Moves,
): Difference[] {
  const after = new Map(filesOf(now).map((file) => [pathOf(file), file]));
  const targets = new Set(moves.values());
  const before = new Map(filesOf(old).map((file) => [pathOf(file), file]));
  const gone = packagesOf(now);
  const known = packagesOf(old);
  return [
    ...packageDifferences(old, now),
    ...[...before].flatMap(([path, file]) => {
      const counterpart = after.get(moves.get(path) ?? path);
      if (counterpart !== undefined) return compareTwo(file, counterpart, old, now);
      return gone.has(file.proto.package) ? [whole("removed", "file", path, path)] : [];
    }),
    ...[...after].flatMap(([path, file]) =>
      before.has(path) || targets.has(path) || !known.has(file.proto.package)
        ? []
        : [whole("added", "file", path, path)],
    ),
  ];
}

function packageDifferences(old: ComparedRevision, now: ComparedRevision): Difference[] {
  const known = packagesOf(old);
  const left = packagesOf(now);
  const first = (revision: ComparedRevision, name: string) => {
    const file = filesOf(revision).find((each) => each.proto.package === name);
    return file === undefined ? "" : pathOf(file);
  };
  return [
    ...[...known]
      .filter((name) => !left.has(name))
      .map((name) => whole("removed", "package", name, first(old, name))),
    ...[...left]
      .filter((name) => !known.has(name))
      .map((name) => whole("added", "package", name, first(now, name))),
  ];
}

function whole(
  change: "added" | "removed",
  kind: "package" | "file",
  element: string,
  file: string,
): Difference {
  const words = kind === "package" ? `package ${element}` : element;
  const isNew = change === "added";
  return {
    change,
    kind,
    element,
    property: null,
    before: isNew ? null : words,
    after: isNew ? words : null,
    place: top(isNew ? "proposal" : "baseline", file),
  };
}

function compareTwo(
  old: DescFile,
  now: DescFile,
  before: ComparedRevision,
  after: ComparedRevision,
) {
  const path = pathOf(now);
  const of = () => ({ kind: "file", element: path, place: top("proposal", path) }) as const;
  const sides = [old.proto.options, now.proto.options] as const;
  const registries = [before.registry, after.registry] as const;
  return [
    ...compareAspects(of, fileAspects(old), fileAspects(now)),
    ...compareAspects(of, ...optionAspects(FileOptionsSchema, sides, registries)),
  ];
}

function fileAspects(file: DescFile): Aspects {
  const { proto } = file;
  const passedOn = proto.publicDependency.map((at) => proto.dependency[at] ?? "");
  return new Map([
    ["path", pathOf(file)],
    ["package", proto.package],
    ["syntax", syntaxOf(file)],
    ["public imports", namesInWords(passedOn)],
  ]);
}

/** `proto3`, `edition 2023` */
export function syntaxOf({ edition }: DescFile): string {
  const name = Edition[edition].replace("EDITION_", "").toLowerCase();
  return name.startsWith("proto") ? name : `edition ${name}`;
}

function pathOf(file: DescFile): string {
  return `${file.name}.proto`;
}

function top(side: FindingPlace["side"], file: string): FindingPlace {
  return { side, file, line: 1, column: 1 };
}
