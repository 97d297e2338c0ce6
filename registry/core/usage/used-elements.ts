import type { DescEnum, DescMessage, FileRegistry } from "@bufbuild/protobuf";
import { elementOf } from "../binding/compare-bindings.ts";
import type { Missing, UsedContract } from "./missing.ts";
import type { SubjectUse, UsedMessage } from "./usage.ts";

type Does = Missing["does"];

/**
 * What a use is about, as `elementKey` names it, with what the consumer does with it: the subject and
 * its rpc, the fields and all on the way to them, their types, and the files and packages of those.
 */
export function usedElements(use: SubjectUse, contract: UsedContract): ReadonlyMap<string, Does> {
  const found = new Map<string, Does>();
  const note = (key: string, does: Does) => {
    const before = found.get(key) ?? does;
    found.set(key, before === does ? does : "uses");
  };
  const { registry } = contract;
  const binding = contract.bindings.find((each) => each.pattern === use.subject);
  for (const key of [use.subject, ...(binding === undefined ? [] : partsOf(binding, registry))]) {
    note(key, "uses");
  }
  for (const key of elementsOf(use.reads, registry)) note(key, "reads");
  for (const key of use.sends === null ? [] : elementsOf(use.sends, registry)) note(key, "sends");
  return found;
}

/** The rpc, its service, and where that is declared; nothing for an event, which is its message. */
function partsOf(binding: UsedContract["bindings"][number], registry: FileRegistry): string[] {
  if (binding.kind === "event") return [];
  const rpc = elementOf(binding);
  const service = registry.getService(parentOf(rpc));
  return [rpc, ...(service === undefined ? [] : [service.typeName, ...homeOf(service)])];
}

function elementsOf({ message, fields }: UsedMessage, registry: FileRegistry): Set<string> {
  const root = registry.getMessage(message);
  if (root === undefined) return new Set([message]);
  return new Set([...typeKeys(root), ...fields.flatMap(({ numbers }) => wayTo(root, numbers))]);
}

/** The fields on the way to a used one, as far as there are any, each with its oneof and its type. */
export function wayTo(owner: DescMessage, [number, ...rest]: readonly number[]): string[] {
  if (number === undefined) return [];
  const key = fieldKey(owner.typeName, number);
  const field = owner.fields.find((each) => each.number === number);
  if (field === undefined) return [key];
  const type = field.message ?? field.enum;
  return [
    key,
    ...(field.oneof === undefined ? [] : [`${owner.typeName}.${field.oneof.name}`]),
    ...(type === undefined ? [] : typeKeys(type)),
    ...(field.message === undefined ? [] : wayTo(field.message, rest)),
  ];
}

/** A type, those that it is declared in, its file and its package. */
function typeKeys(type: DescMessage | DescEnum): string[] {
  const around = type.parent === undefined ? homeOf(type) : typeKeys(type.parent);
  return [type.typeName, ...around];
}

function homeOf({ file }: Pick<DescMessage, "file">): string[] {
  return [`${file.name}.proto`, file.proto.package];
}

/**
 * What an element is known by: a field by its number, whatever its name, a value by its enum, all
 * else by its full name, a file by its path.
 *
 * @param registries where it is looked for, in this order
 */
export function elementKey(element: string, registries: readonly FileRegistry[]): string {
  const parent = parentOf(element);
  const name = element.slice(parent.length + 1);
  for (const registry of registries) {
    const field = registry.getMessage(parent)?.fields.find((each) => each.name === name);
    if (field !== undefined) return fieldKey(parent, field.number);
    if (registry.getEnum(parent)?.values.some((each) => each.name === name)) return parent;
  }
  return element;
}

function fieldKey(message: string, number: number): string {
  return `${message}#${number}`;
}

function parentOf(element: string): string {
  return element.slice(0, element.lastIndexOf("."));
}
