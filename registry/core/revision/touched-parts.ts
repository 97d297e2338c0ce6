import { create, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { isBuiltIn } from "./file-path.ts";
import { withImports } from "./image.ts";

/** A linked image with the paths of the module's own files in it. */
export interface OwnedImage {
  /** With source info, and every import before what imports it. It is not changed any more. */
  readonly set: FileDescriptorSet;
  readonly files: ReadonlySet<string>;
}

/**
 * The parts of two images whose comparison can find something: the own files of packages in which
 * a file differs, and what they import. Files that are not the module's own are marked as imports,
 * as buf itself does in the extension field 8042 of a file (`buf.alpha.image.v1.ImageFileExtension`,
 * `is_import` = 1). buf then leaves them out: a break in an import is reported where it is made.
 *
 * What buf reads costs more than what it compares. So imports come without places and comments, and
 * the files that only declare options do not come at all: buf has no rule for custom options.
 *
 * @returns null when no own file differs but in comments
 */
export function touchedParts(
  now: OwnedImage,
  old: OwnedImage,
): { readonly now: Uint8Array; readonly old: Uint8Array } | null {
  const [a, b] = [ownFiles(now), ownFiles(old)];
  const touched = new Set<string>();
  for (const path of new Set([...now.files, ...old.files])) {
    const [x, y] = [a.get(path), b.get(path)];
    if (x !== undefined && y !== undefined && isEqual(bareBytes(x), bareBytes(y))) continue;
    for (const each of [x, y]) if (each !== undefined) touched.add(each.package);
  }
  if (touched.size === 0) return null;
  // buf takes no empty image, and a package that is there on one side only would leave one.
  const isIn = (side: typeof a) => [...side.values()].some((each) => touched.has(each.package));
  const narrow = isIn(a) && isIn(b);
  const part = (side: typeof a, { set, files }: OwnedImage) => {
    const own = [...files].filter((path) => !narrow || touched.has(side.get(path)?.package ?? ""));
    return partOf(set, new Set(own));
  };
  return { now: part(a, now), old: part(b, old) };
}

function ownFiles({ set, files }: OwnedImage): ReadonlyMap<string, FileDescriptorProto> {
  return new Map(set.file.filter((file) => files.has(file.name)).map((file) => [file.name, file]));
}

const knownBytes = new WeakMap<FileDescriptorProto, Uint8Array>();

/** A file without comments and places, which are no part of what is compared. */
function bareBytes(file: FileDescriptorProto): Uint8Array {
  const known = knownBytes.get(file);
  if (known !== undefined) return known;
  const { sourceCodeInfo: _source, ...bare } = file;
  const bytes = toBinary(FileDescriptorProtoSchema, bare);
  knownBytes.set(file, bytes);
  return bytes;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function partOf(set: FileDescriptorSet, own: ReadonlySet<string>): Uint8Array {
  const slim = set.file.map((file) => ({ ...file, dependency: neededImports(file) }));
  const file = withImports(slim, own).map(({ sourceCodeInfo, ...bare }) =>
    own.has(bare.name)
      ? { ...marked(bare, false), ...(sourceCodeInfo === undefined ? {} : { sourceCodeInfo }) }
      : marked(bare, true),
  );
  return toBinary(FileDescriptorSetSchema, { ...create(FileDescriptorSetSchema), file });
}

/** The imports of a file without the supplied files of which it uses nothing but options. */
function neededImports(file: FileDescriptorProto): string[] {
  // These name imports by their position.
  if (file.publicDependency.length + file.weakDependency.length > 0) return file.dependency;
  if (!file.dependency.some(isBuiltIn)) return file.dependency;
  const bytes = bareBytes(file);
  return file.dependency.filter((path) => {
    if (!isBuiltIn(path)) return true;
    // A descriptor names each type that it uses with a dot before: `.charter.nats.v1.Error`.
    const protoPackage = path.slice(0, path.lastIndexOf("/")).replaceAll("/", ".");
    return holds(bytes, utf8ToBytes(`.${protoPackage}.`));
  });
}

function holds(bytes: Uint8Array, wanted: Uint8Array): boolean {
  const first = wanted[0] ?? 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

const imageFileExtension = 8042;
const lengthDelimited = 2;

function marked(file: FileDescriptorProto, isImport: boolean): FileDescriptorProto {
  const others = (file.$unknown ?? []).filter((field) => field.no !== imageFileExtension);
  // The field's data begin with their length: two bytes, `is_import: true` or `false`.
  const data = new Uint8Array([2, 8, isImport ? 1 : 0]);
  const mark = { no: imageFileExtension, wireType: lengthDelimited, data };
  return { ...file, $unknown: [...others, mark] };
}
