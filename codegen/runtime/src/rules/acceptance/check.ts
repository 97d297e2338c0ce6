import { type DescField, type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";

/**
 * Whether a value keeps a rule. True only where protovalidate finds no fault either; false where it
 * does, or where looking closer is left to it.
 */
export type Check<T = unknown> = (value: T) => boolean;

/** What a single value is: of a field, an item of a list, a key or a value of a map. */
export type ValueType = Pick<DescField, "scalar" | "enum" | "message">;

/** A message as the checks read it: by the TypeScript names of its fields and oneofs. */
export type Fields = Readonly<Record<string, unknown>>;

/** The check of all messages of a type, wherever they lie; null where all are fine. */
export type Nested = (desc: DescMessage) => Check | null;

/** Thrown while checks are made, at a rule that only protovalidate can judge. */
export class UnknownRule extends Error {}

/** All of several checks, in their order; null where there is nothing to check. */
export function every<T>(checks: readonly (Check<T> | null)[]): Check<T> | null {
  const [first, ...rest] = checks.filter((check) => check !== null);
  if (first === undefined) return null;
  const others = every(rest);
  return others === null ? first : (value) => first(value) && others(value);
}

/**
 * The TypeScript names of the rules that are set. Throws `UnknownRule` for predefined rules, and
 * for rules that are newer than the schema.
 */
export function namesOf(rules: Message, schema: DescMessage): string[] {
  if (rules.$unknown !== undefined && rules.$unknown.length > 0) throw new UnknownRule();
  return schema.fields.filter((field) => isFieldSet(rules, field)).map((field) => field.localName);
}
