import type { DescEnum, DescExtension, DescMessage, DescService } from "@bufbuild/protobuf";
import { allMessages } from "../binding/read-bindings.ts";
import { compareEnums } from "./compare-enums.ts";
import type { Moves } from "./compare-files.ts";
import { compareFields, compareMessages } from "./compare-messages.ts";
import { compareServices } from "./compare-services.ts";
import type { Difference } from "./difference.ts";
import { added, changed, type Registries, removed } from "./element-differences.ts";
import type { ComparedRevision } from "./revision.ts";
import { filesOf, packagesOf } from "./revision.ts";

type Type = DescMessage | DescEnum | DescExtension | DescService;

/** What differs in the types, extensions and services of a module, wherever in it they stand. */
export function compareTypes(
  old: ComparedRevision,
  now: ComparedRevision,
  moves: Moves,
): Difference[] {
  const registries: Registries = [old.registry, now.registry];
  const before = typesOf(old);
  const after = typesOf(now);
  const differences: Difference[] = [];
  for (const [key, type] of before) {
    const counterpart = after.get(key);
    if (counterpart !== undefined) {
      differences.push(...compareTwo(type, counterpart, registries, moves));
    } else if (!isWithin(type, before, after, packagesOf(now))) differences.push(removed(type));
  }
  const known = packagesOf(old);
  for (const [key, type] of after) {
    if (!before.has(key) && !isWithin(type, after, before, known)) differences.push(added(type));
  }
  return differences;
}

function typesOf(revision: ComparedRevision): ReadonlyMap<string, Type> {
  const types = new Map<string, Type>();
  const add = (all: readonly Type[]) => {
    for (const type of all) types.set(keyOf(type), type);
  };
  for (const file of filesOf(revision)) {
    add(file.enums);
    add(file.extensions);
    add(file.services);
    for (const message of allMessages(file.messages)) {
      add([message]);
      add(message.nestedEnums);
      add(message.nestedExtensions);
    }
  }
  return types;
}

/** A message that became an enum of the same name is another type. */
function keyOf(type: Type): string {
  return `${type.kind} ${type.typeName}`;
}

/** Whether a type that only one side has stands in something that only this side has. */
function isWithin(
  type: Type,
  own: ReadonlyMap<string, Type>,
  other: ReadonlyMap<string, Type>,
  otherPackages: ReadonlySet<string>,
): boolean {
  if (!otherPackages.has(type.file.proto.package)) return true;
  const parent = type.kind === "service" ? undefined : type.parent;
  return parent !== undefined && own.has(keyOf(parent)) && !other.has(keyOf(parent));
}

function compareTwo(old: Type, now: Type, registries: Registries, moves: Moves): Difference[] {
  const file: [from: string, to: string] = [`${old.file.name}.proto`, `${now.file.name}.proto`];
  const nested = now.kind !== "service" && now.parent !== undefined;
  // What went along with its file, or with what it stands in, did not move by itself.
  const moved =
    nested || moves.get(file[0]) === file[1]
      ? []
      : changed(now, [new Map([["file", file[0]]]), new Map([["file", file[1]]])]);
  return [...moved, ...compareContent(old, now, registries)];
}

function compareContent(old: Type, now: Type, registries: Registries): Difference[] {
  if (old.kind === "message" && now.kind === "message") {
    return compareMessages(old, now, registries);
  }
  if (old.kind === "enum" && now.kind === "enum") return compareEnums(old, now, registries);
  if (old.kind === "service" && now.kind === "service") {
    return compareServices(old, now, registries);
  }
  if (old.kind === "extension" && now.kind === "extension") {
    return compareFields(old, now, registries);
  }
  return [];
}
