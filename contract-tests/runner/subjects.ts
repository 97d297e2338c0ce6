import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { Binding, StreamingBinding } from "../../registry/core/binding/binding.ts";
import type { DemandedPath } from "../../registry/core/samples/demand.ts";
import { subjectToken } from "../../registry/core/samples/values/text.ts";
import { parsePattern, wildcardOf } from "../../registry/core/subject/pattern.ts";

/** What a message must hold for its subjects to be filled. */
export function tokensOf(binding: Binding): readonly DemandedPath[] {
  const frames = binding.kind === "streaming" ? binding.framesParameters : [];
  return [...binding.parameters, ...frames].map(({ field }) => ({
    path: field.split("."),
    token: true,
  }));
}

/** Whether the field at a path fills a part of the subject. */
export function isToken({ parameters }: Binding, path: readonly string[]): boolean {
  return parameters.some(({ field }) => field === path.join("."));
}

/** The pattern as a service subscribes to it. */
export function subscriptionOf(binding: Pick<Binding, "pattern">): string {
  const parsed = parsePattern(binding.pattern);
  if (!parsed.ok)
    throw new Error(`The pattern ${binding.pattern} cannot be read: ${parsed.reason}`);
  return wildcardOf(parsed.pattern);
}

/** The subject of a message, or null when a field of it is no token. */
export function subjectOf(
  binding: Pick<Binding, "pattern" | "parameters">,
  desc: DescMessage,
  message: Message,
): string | null {
  const tokens = subscriptionOf(binding).split(".");
  for (const { field, index } of binding.parameters) {
    const token = tokenAt(reflect(desc, message), field.split("."));
    if (token === null || !subjectToken.test(token)) return null;
    tokens[index] = token;
  }
  return tokens.join(".");
}

/** Where the frames of a request go, or null for the inbox. */
export function framesSubjectOf(
  { framesPattern, framesParameters }: StreamingBinding,
  desc: DescMessage,
  message: Message,
): string | null {
  return framesPattern === null
    ? null
    : subjectOf({ pattern: framesPattern, parameters: framesParameters }, desc, message);
}

/** The token of a field: a string, a number in decimals, or the name of an enum's value. */
function tokenAt(message: ReflectMessage, path: readonly string[]): string | null {
  const [name, ...rest] = path;
  const field = message.fields.find((each) => each.name === name);
  if (field === undefined) return null;
  const value = message.get(field);
  if (rest.length > 0) {
    return field.fieldKind === "message" && message.isSet(field)
      ? tokenAt(value as ReflectMessage, rest)
      : null;
  }
  return field.fieldKind === "enum"
    ? (field.enum.value[value as number]?.name ?? null)
    : String(value);
}
