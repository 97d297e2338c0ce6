import type { DescFile, DescService, FileRegistry } from "@bufbuild/protobuf";
import { allMessages } from "../../core/binding/read-bindings.ts";
import type { SubjectHit } from "../../core/gate/report.ts";
import type { Store } from "../ports.ts";

/**
 * The subjects whose messages an element is part of. A field belongs to its message, a value to
 * its enum; a whole file or package touches every subject that uses something of it.
 */
export function subjectsHit(
  store: Pick<Store, "subjectsOf">,
  registry: FileRegistry,
  element: string,
): readonly SubjectHit[] {
  const files = [...registry.files].filter(
    (file) => `${file.name}.proto` === element || file.proto.package === element,
  );
  if (files.length > 0) return once(files.flatMap(elementsOf).flatMap(store.subjectsOf));
  const service = registry.getService(element);
  if (service !== undefined) return once(rpcsOf(service).flatMap(store.subjectsOf));
  const parent = element.slice(0, element.lastIndexOf("."));
  const isType = registry.getMessage(element) ?? registry.getEnum(element);
  const isMember = registry.getMessage(parent) ?? registry.getEnum(parent);
  return store.subjectsOf(isType === undefined && isMember !== undefined ? parent : element);
}

function elementsOf(file: DescFile): string[] {
  const messages = [...allMessages(file.messages)];
  const enums = [...file.enums, ...messages.flatMap((message) => message.nestedEnums)];
  return [
    ...[...messages, ...enums].map((type) => type.typeName),
    ...file.services.flatMap(rpcsOf),
  ];
}

function rpcsOf(service: DescService): string[] {
  return service.methods.map((method) => `${service.typeName}.${method.name}`);
}

function once(hits: readonly SubjectHit[]): readonly SubjectHit[] {
  return [...new Map(hits.map((hit) => [`${hit.role} ${hit.pattern}`, hit])).values()];
}
