import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/** Reads a linked FileDescriptorSet, such as buf builds. */
export function readImage(image: Uint8Array): FileDescriptorSet {
  return fromBinary(FileDescriptorSetSchema, image);
}

/** The part of an image that the given files need: the files and all that they import, in order. */
export function narrowImage(image: FileDescriptorSet, files: Iterable<string>): Uint8Array {
  const byName = new Map(image.file.map((file) => [file.name, file]));
  const needed = new Set<string>();
  const open = [...files];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    open.push(...(byName.get(name)?.dependency ?? []));
  }
  const file = image.file.filter((each) => needed.has(each.name));
  return toBinary(FileDescriptorSetSchema, { ...image, file });
}

/** An image with the paths of the module's own files in it. */
export interface OwnedImage {
  readonly image: Uint8Array;
  readonly files: ReadonlySet<string>;
}

/**
 * The parts of two images whose comparison can find something: the own files of packages in which
 * a file differs, and what they import. Files that are not the module's own are marked as imports,
 * as buf itself does in the extension field 8042 of a file (`buf.alpha.image.v1.ImageFileExtension`,
 * `is_import` = 1). buf then leaves them out: a break in an import is reported where it is made.
 *
 * @returns null when no own file differs but in comments
 */
export function touchedParts(
  now: OwnedImage,
  old: OwnedImage,
): { readonly now: Uint8Array; readonly old: Uint8Array } | null {
  const [a, b] = [sideOf(now), sideOf(old)];
  const touched = new Set<string>();
  for (const path of new Set([...now.files, ...old.files])) {
    const [x, y] = [a.get(path), b.get(path)];
    if (x !== undefined && y !== undefined && isEqual(x.content, y.content)) continue;
    for (const each of [x, y]) if (each !== undefined) touched.add(each.file.package);
  }
  if (touched.size === 0) return null;
  // buf takes no empty image, and a package that is there on one side only would leave one.
  const isIn = (side: typeof a) =>
    [...side.values()].some((each) => touched.has(each.file.package));
  const narrow = isIn(a) && isIn(b);
  const part = (side: typeof a, { image, files }: OwnedImage) => {
    const own = [...files].filter(
      (path) => !narrow || touched.has(side.get(path)?.file.package ?? ""),
    );
    return markImports(narrowImage(readImage(image), own), new Set(own));
  };
  return { now: part(a, now), old: part(b, old) };
}

function sideOf({ image, files }: OwnedImage) {
  const own = readImage(image).file.filter((file) => files.has(file.name));
  return new Map(
    own.map((file) => {
      // Comments and places are no part of what is compared.
      const { sourceCodeInfo: _source, ...bare } = file;
      return [file.name, { file, content: toBinary(FileDescriptorProtoSchema, bare) }];
    }),
  );
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function markImports(image: Uint8Array, own: ReadonlySet<string>): Uint8Array {
  const set = readImage(image);
  for (const file of set.file) mark(file, !own.has(file.name));
  return toBinary(FileDescriptorSetSchema, set);
}

const imageFileExtension = 8042;
const lengthDelimited = 2;

function mark(file: FileDescriptorProto, isImport: boolean): void {
  const others = (file.$unknown ?? []).filter((field) => field.no !== imageFileExtension);
  // The field's data begin with their length: two bytes, `is_import: true` or `false`.
  const data = new Uint8Array([2, 8, isImport ? 1 : 0]);
  file.$unknown = [...others, { no: imageFileExtension, wireType: lengthDelimited, data }];
}
