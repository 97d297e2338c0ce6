import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
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
  return toBinary(FileDescriptorSetSchema, { ...image, file: withImports(image.file, files) });
}

/** Those of the files that are named, and all that they import, in the order in which they come. */
export function withImports(
  all: readonly FileDescriptorProto[],
  names: Iterable<string>,
): FileDescriptorProto[] {
  const byName = new Map(all.map((file) => [file.name, file]));
  const needed = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    open.push(...(byName.get(name)?.dependency ?? []));
  }
  return all.filter((each) => needed.has(each.name));
}

/**
 * An image in which another descriptor stands for a file that is in it; else the image as it is.
 *
 * @param descriptor the bytes of a `FileDescriptorProto`
 */
export function replaceFile(image: Uint8Array, path: string, descriptor: Uint8Array): Uint8Array {
  const reader = new BinaryReader(image);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    writer.tag(number, wireType);
    if (number !== fileField) writer.raw(reader.skip(wireType, number));
    else {
      const file = reader.bytes();
      writer.bytes(nameOf(file) === path ? descriptor : file);
    }
  }
  return writer.finish();
}

const fileField = FileDescriptorSetSchema.field.file.number;

/** The name comes first in what buf writes, and anything else is found by reading on. */
function nameOf(file: Uint8Array): string | null {
  const reader = new BinaryReader(file);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === FileDescriptorProtoSchema.field.name.number) return reader.string();
    reader.skip(wireType, number);
  }
  return null;
}
