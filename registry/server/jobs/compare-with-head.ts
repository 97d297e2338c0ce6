import {
  createFileRegistry,
  type DescFile,
  type DescService,
  type FileRegistry,
} from "@bufbuild/protobuf";
import { compareBindings } from "../../core/binding/compare-bindings.ts";
import { compareSensitive } from "../../core/binding/compare-sensitive.ts";
import { allMessages } from "../../core/binding/read-bindings.ts";
import type { Change } from "../../core/gate/change.ts";
import { judge } from "../../core/gate/judge.ts";
import { locate, sideOf } from "../../core/gate/locate.ts";
import { missingTypes } from "../../core/gate/missing-types.ts";
import type { Finding, SubjectHit } from "../../core/gate/report.ts";
import type { Inspection } from "../../core/registration/inspect.ts";
import type { Head } from "../../core/registration/plan.ts";
import { readImage } from "../../core/revision/image.ts";
import type { SchemaCompiler, Store } from "../ports.ts";
import type { ProposedRevision } from "./proposal.ts";

/** A compiled revision that head is compared with. */
export interface Compiled {
  readonly revision: ProposedRevision;
  readonly inspection: Inspection;
  readonly image: Uint8Array;
  readonly registry: FileRegistry;
}

/** Every change of a module against head, from buf and from Charter's own comparison, judged. */
export async function compareWithHead(
  ports: { readonly store: Store; readonly compiler: SchemaCompiler },
  head: Head,
  now: Compiled,
): Promise<readonly Finding[]> {
  const { store, compiler } = ports;
  const { module } = now.revision;
  const release = store.release(module, head.semver);
  if (release === null) throw new Error(`head ${head.semver} of ${module} is not stored`);
  const oldImage = store.image(head.id);
  const oldPaths = release.files.map((file) => file.path);
  const found = await compiler.breaking(
    { image: now.image, files: new Set(now.revision.imports.keys()) },
    { image: oldImage, files: new Set(oldPaths) },
  );
  const before = sideOf(createFileRegistry(readImage(oldImage)), release.files);
  const after = sideOf(now.registry, now.revision.files);
  const oldBindings = release.bindings.map((each) => each.binding);
  const changes: Change[] = [
    ...found.map((finding) => locate(finding, before, after)),
    ...missingTypes(before, after, oldPaths),
    ...compareBindings(oldBindings, now.inspection.bindings),
    ...compareSensitive(before.registry, after.registry, oldPaths),
  ];
  if (changes.length === 0) return [];
  const imported = store.importedByOthers(module, oldPaths);
  return judge(changes, {
    isImported: (file) => imported.has(file),
    subjectsOf: (element) => subjectsHit(store, before.registry, element),
    dependents: store.dependents(module),
  });
}

/**
 * The subjects whose messages an element is part of. A field belongs to its message, a value to
 * its enum; a whole file or package touches every subject that uses something of it.
 */
function subjectsHit(
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
