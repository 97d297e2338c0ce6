import { clone, type DescField, type DescMessage, type Message, toJson } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { Schema } from "../../../registry/core/samples/schema.ts";

/** They say when something was answered, or name the attempt: they may differ from answer to answer. */
const volatileTypes = new Set(["google.protobuf.Timestamp", "google.protobuf.Duration"]);
const volatileNames = new Set(["request_id", "trace_id", "correlation_id"]);

/**
 * The path of the first field in which two messages differ, or null. Fields that may differ from answer
 * to answer are left out: times, and what names an attempt.
 */
export function differenceOf(
  schema: Schema,
  desc: DescMessage,
  first: Message,
  second: Message,
): string | null {
  const json = (message: Message) =>
    toJson(desc, stable(desc, message), { registry: schema.registry, useProtoFieldName: true });
  return difference(json(first), json(second), "");
}

function stable(desc: DescMessage, message: Message): Message {
  const copy = clone(desc, message);
  clearVolatile(reflect(desc, copy));
  return copy;
}

function clearVolatile(message: ReflectMessage): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (isVolatile(field)) message.clear(field);
    else if (field.fieldKind === "message") clearVolatile(message.get(field));
    else if (field.fieldKind === "list" && field.listKind === "message") {
      for (const item of message.get(field)) clearVolatile(item as ReflectMessage);
    } else if (field.fieldKind === "map" && field.mapKind === "message") {
      for (const [, item] of message.get(field)) clearVolatile(item as ReflectMessage);
    }
  }
}

function isVolatile(field: DescField): boolean {
  return volatileNames.has(field.name) || volatileTypes.has(field.message?.typeName ?? "");
}

/** Objects are equal whatever the order of their keys, as a map's pairs come in any order. */
function difference(first: unknown, second: unknown, path: string): string | null {
  if (!isObject(first) || !isObject(second)) return Object.is(first, second) ? null : path;
  for (const key of [...new Set([...Object.keys(first), ...Object.keys(second)])].sort()) {
    const inside = Array.isArray(first) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = difference(first[key], second[key], inside);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
