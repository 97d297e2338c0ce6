import type { DescEnum, DescExtension, DescFile, DescMessage } from "@bufbuild/protobuf";
import { sourceLines } from "../revision/source-lines.ts";
import type { Change } from "./change.ts";
import type { Side } from "./locate.ts";

type Type = DescMessage | DescEnum | DescExtension;

/**
 * Types that a package had and has no more. buf reports them too, but for the last message, the
 * last enum and the last extension of a package, where its PACKAGE rules are silent (1.74): such a
 * type only leaves its file then, which is harmless when it moved.
 *
 * @param files the module's files before
 */
export function missingTypes(
  before: Side,
  after: Side,
  files: Iterable<string>,
): readonly Change[] {
  const packages = new Set([...after.registry.files].map((file) => file.proto.package));
  const changes: Change[] = [];
  for (const path of files) {
    const file = before.registry.getFile(path);
    // A package that is gone is one finding.
    if (file === undefined || !packages.has(file.proto.package)) continue;
    for (const type of typesOf(file)) {
      const still = after.registry.get(type.typeName);
      if (still?.kind !== type.kind) changes.push(missing(before, path, type));
    }
  }
  return changes;
}

function* typesOf(of: DescFile | DescMessage): Generator<Type> {
  yield* of.kind === "file" ? of.enums : of.nestedEnums;
  yield* of.kind === "file" ? of.extensions : of.nestedExtensions;
  for (const message of of.kind === "file" ? of.messages : of.nestedMessages) {
    yield message;
    yield* typesOf(message);
  }
}

function missing(before: Side, path: string, type: Type): Change {
  const { line } = sourceLines(type.file).place(type);
  const protoPackage = type.file.proto.package;
  const name = type.typeName.slice(protoPackage.length + 1);
  return {
    rule: `PACKAGE_${type.kind.toUpperCase()}_NO_DELETE`,
    message: `Previously present ${type.kind} "${name}" was deleted from package "${protoPackage}".`,
    element: type.typeName,
    place: { side: "baseline", file: path, line, column: 1 },
    before: before.files.get(path)?.[line - 1]?.trim() ?? null,
    after: null,
  };
}
