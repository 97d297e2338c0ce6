import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { StreamingBinding } from "../../../registry/core/binding/binding.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import type { Schema } from "../../../registry/core/samples/schema.ts";
import { framesSubjectOf } from "../subjects.ts";

/** A request as it is sent, with the subject that its frames go to, or null for the inbox. */
export interface FreshRequest {
  readonly payload: Uint8Array;
  readonly framesSubject: string | null;
}

/**
 * Gives a request a frames subject of its own: equal requests would read the rest of each other's
 * frames. The last value of a field counts in protobuf, so the new one is put behind what is there,
 * and everything else stays as it is, byte by byte. Where the rules say something else of the new
 * value, the old one stays.
 * @param token unguessable, and of letters and digits
 */
export function withFreshFrames(
  schema: Schema,
  binding: StreamingBinding,
  desc: DescMessage,
  payload: Uint8Array,
  token: string,
): FreshRequest {
  const message = binding.framesPattern === null ? null : decoded(desc, payload);
  const framesSubject = message === null ? null : framesSubjectOf(binding, desc, message);
  if (message === null || framesSubject === null) return { payload, framesSubject: null };
  const named = new Set(binding.parameters.map(({ field }) => field));
  const addition = create(desc);
  for (const { field, type } of binding.framesParameters) {
    if (type !== "string" || named.has(field)) continue;
    const path = field.split(".");
    const old = textAt(reflect(desc, message), path);
    setText(reflect(desc, addition), path, old.slice(0, -token.length) + token);
  }
  const fresh = Buffer.concat([payload, toBinary(desc, addition)]);
  const changed = fromBinary(desc, fresh);
  const subject = framesSubjectOf(binding, desc, changed);
  return subject === null || verdictOf(schema, desc, changed) !== verdictOf(schema, desc, message)
    ? { payload, framesSubject }
    : { payload: fresh, framesSubject: subject };
}

function decoded(desc: DescMessage, payload: Uint8Array): Message | null {
  try {
    return fromBinary(desc, payload);
  } catch {
    return null;
  }
}

function verdictOf(schema: Schema, desc: DescMessage, message: Message): string {
  const judged = judge(schema, desc, message);
  return judged.kind === "invalid"
    ? judged.broken.map(({ field, ruleId }) => `${field} ${ruleId}`).join(", ")
    : judged.kind;
}

/** `framesSubjectOf` has read the path before. */
function textAt(message: ReflectMessage, path: readonly string[]): string {
  const [name, ...rest] = path;
  const field = message.fields.find((each) => each.name === name);
  if (field === undefined) return "";
  const value = message.get(field);
  return rest.length > 0 ? textAt(value as ReflectMessage, rest) : String(value);
}

function setText(message: ReflectMessage, path: readonly string[], text: string): void {
  const [name, ...rest] = path;
  const field = message.fields.find((each) => each.name === name);
  if (field === undefined) return;
  if (rest.length === 0 || field.fieldKind !== "message") {
    message.set(field, text);
    return;
  }
  const within = reflect(field.message);
  setText(within, rest, text);
  message.set(field, within);
}
