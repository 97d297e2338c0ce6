import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
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

/**
 * Marks the files of an image that are not the module's own as imports, as buf itself does in the
 * extension field 8042 of a file (`buf.alpha.image.v1.ImageFileExtension`, `is_import` = 1).
 * buf then leaves them out of a comparison: a break in an import is reported where it is made.
 */
export function markImports(image: Uint8Array, own: ReadonlySet<string>): Uint8Array {
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
