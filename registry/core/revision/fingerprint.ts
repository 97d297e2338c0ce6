import { type FileRegistry, toJson } from "@bufbuild/protobuf";
import { ServiceDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
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
 * What a module's files mean, as a digest over their types and rpcs. Two revisions with the same
 * meaning differ in comments and in how they are laid out in files only.
 */
export function meaningDigest(
  registry: FileRegistry,
  files: Iterable<string>,
  graph: TypeGraph,
): string {
  const parts: string[] = [];
  for (const path of files) {
    const file = registry.getFile(path);
    if (file === undefined) continue;
    for (const message of allMessages(file.messages)) {
      parts.push(graph.digest(message.typeName));
      for (const nested of message.nestedEnums) parts.push(graph.digest(nested.typeName));
    }
    for (const type of file.enums) parts.push(graph.digest(type.typeName));
    for (const service of file.services) {
      const proto = toJson(ServiceDescriptorProtoSchema, service.proto, { registry });
      parts.push(canonicalJson([service.typeName, proto]));
    }
  }
  return digestOf(parts.sort().join("\n"));
}
