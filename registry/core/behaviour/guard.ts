import type { FileRegistry } from "@bufbuild/protobuf";
import {
  type DescMessage,
  fromBinary,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { createGenerator, type Generator } from "../samples/messages.ts";
import { type BrokenRule, judge } from "../samples/oracle.ts";
import { type Schema, schemaOf } from "../samples/schema.ts";

/** What lets messages of a revision through, and makes some that it lets through. */
export interface Guard {
  readonly schema: Schema;
  readonly generator: Generator;
}

/** @param nowMs milliseconds since 1970, for rules that are relative to the clock */
export function guardOf(registry: FileRegistry, nowMs: number): Guard {
  const schema = schemaOf(registry);
  return { schema, generator: createGenerator(schema, nowMs) };
}

/** A message type on the side that accepts and on the side that refuses. */
export interface Sides<T> {
  readonly accepting: T;
  readonly refusing: T;
}

/**
 * The rules that a message breaks on the other side; null unless one side accepts it, and the
 * other one can read it and refuses it.
 */
export function refusalOf(
  guards: Sides<Guard>,
  root: Sides<DescMessage>,
  message: Message,
): readonly BrokenRule[] | null {
  const other = carried(root.accepting, root.refusing, message);
  if (other === null) return null;
  const judged = judge(guards.refusing.schema, root.refusing, other);
  if (judged.kind !== "invalid") return null;
  const accepted = judge(guards.accepting.schema, root.accepting, message).kind === "valid";
  return accepted ? judged.broken : null;
}

/** A message as the other side reads its bytes; null when it cannot. */
export function carried(from: DescMessage, to: DescMessage, message: Message): Message | null {
  try {
    return fromBinary(to, toBinary(from, message));
  } catch {
    return null;
  }
}

/** Null for what has no JSON form, such as a time after the year 9999. */
export function jsonOf({ schema }: Guard, desc: DescMessage, message: Message): JsonValue | null {
  try {
    return toJson(desc, message, { registry: schema.registry });
  } catch {
    return null;
  }
}
