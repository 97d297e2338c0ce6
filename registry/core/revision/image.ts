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
