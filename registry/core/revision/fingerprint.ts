import { type DescService, type FileRegistry, toJson } from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  FileOptionsSchema,
  MethodDescriptorProtoSchema,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import type { Binding } from "../binding/binding.ts";
import { allMessages } from "../binding/read-bindings.ts";
import type { TypeGraph } from "./closure.ts";
import { canonicalJson, digestOf } from "./digest.ts";

/**
 * What a binding promises, as a digest: its own words and the closure of its types. The team and
 * the place in a file promise nothing. A subject's version rises when this changes.
 */
export function bindingDigest(binding: Binding, graph: TypeGraph): string {
  const { place, owner, ...promise } = binding;
  const types = [binding.messageType, ...(binding.kind === "event" ? [] : [binding.replyType])];
  return digestOf(canonicalJson([promise, types.map((type) => graph.closureDigest(type))]));
}

/**
 * What a module's files mean, as a digest over their types, extensions, rpcs and options. Two
 * revisions with the same meaning differ in comments, in the order of things, and in how they are
 * laid out in files only.
 */
export function meaningDigest(
  registry: FileRegistry,
  files: Iterable<string>,
  graph: TypeGraph,
): string {
  // A set: the options of a package's files are not worth more for being in two files.
  const parts = new Set<string>();
  for (const path of files) {
    const file = registry.getFile(path);
    if (file === undefined) continue;
    for (const message of allMessages(file.messages)) {
      parts.add(graph.digest(message.typeName));
      for (const nested of message.nestedEnums) parts.add(graph.digest(nested.typeName));
    }
    for (const type of file.enums) parts.add(graph.digest(type.typeName));
    for (const extension of file.extensions) {
      const proto = toJson(FieldDescriptorProtoSchema, extension.proto, { registry });
      parts.add(canonicalJson([extension.typeName, proto]));
    }
    for (const service of file.services) parts.add(serviceShape(service, registry));
    if (file.proto.options !== undefined) {
      const options = toJson(FileOptionsSchema, file.proto.options, { registry });
      parts.add(canonicalJson([file.proto.package, options]));
    }
  }
  return digestOf([...parts].sort().join("\n"));
}

function serviceShape(service: DescService, registry: FileRegistry): string {
  const { options } = service.proto;
  const rpcs = service.methods.map((rpc) =>
    toJson(MethodDescriptorProtoSchema, rpc.proto, { registry }),
  );
  return canonicalJson([
    service.typeName,
    options === undefined ? null : toJson(ServiceOptionsSchema, options, { registry }),
    rpcs.map(canonicalJson).sort(),
  ]);
}
