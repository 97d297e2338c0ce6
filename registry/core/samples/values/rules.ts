import { type DescField, getOption, type Registry } from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldOption,
  Ignore,
  predefined,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** A rule that is written in CEL, on a field, on a message, or as a predefined rule. */
export interface CelRule {
  readonly id: string;
  readonly expression: string;
}

/** The protovalidate rules of one place for a value: a field, an item, a map's key or value. */
export interface Rules {
  readonly required: boolean;
  readonly ignore: Ignore;
  /** The kind of the standard rules: `string`, `int32`, `repeated`; null without any. */
  readonly kind: string | null;
  /** The standard rules that are set, by proto name: `min_len` → 1n. A flag that is false is not. */
  readonly values: ReadonlyMap<string, unknown>;
  /** The rules in CEL. */
  readonly cel: readonly CelRule[];
  /** The extension numbers of the predefined rules that are used. */
  readonly predefined: readonly number[];
}

export const noRules: Rules = {
  required: false,
  ignore: Ignore.UNSPECIFIED,
  kind: null,
  values: new Map(),
  cel: [],
  predefined: [],
};

/** The rules of a field. */
export function rulesOfField(field: DescField): Rules {
  return readRules(getOption(field, fieldOption));
}

/** The rules of a list's items, a map's keys or a map's values, from the rules of its field. */
export function rulesWithin(rules: Rules, part: "items" | "keys" | "values"): Rules {
  const inner = rules.values.get(part);
  return inner === undefined ? noRules : readRules(inner as FieldRules);
}

function readRules(rules: FieldRules): Rules {
  const all = reflect(FieldRulesSchema, rules);
  const kind = all.oneofCase(FieldRulesSchema.oneofs[0] as (typeof FieldRulesSchema.oneofs)[0]);
  const standard = kind === undefined ? undefined : (all.get(kind) as ReflectMessage);
  return {
    required: rules.required,
    ignore: rules.ignore,
    kind: kind?.name ?? null,
    values: standard === undefined ? new Map() : valuesOf(standard),
    cel: [
      ...rules.cel.map(({ id, expression }) => ({ id, expression })),
      ...rules.celExpression.map((expression) => ({ id: expression, expression })),
    ],
    predefined: [...new Set(standard?.getUnknown()?.map((unknown) => unknown.no) ?? [])],
  };
}

function valuesOf(rules: ReflectMessage): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const field of rules.fields) {
    if (!rules.isSet(field)) continue;
    const value = plain(rules.get(field));
    if (value !== false || field.name === "const") values.set(field.name, value);
  }
  return values;
}

/** A rule's value without the wrapping of reflection: a scalar, a message, or an array of them. */
function plain(value: unknown): unknown {
  if (isReflectMessage(value)) return value.message;
  if (typeof value === "object" && value !== null && "field" in value && Symbol.iterator in value) {
    return [...(value as Iterable<unknown>)].map(plain);
  }
  return value;
}

/** A rule's list, empty when it is not set. */
export function listOf<T>(rules: Rules, name: string): readonly T[] {
  return (rules.values.get(name) as readonly T[] | undefined) ?? [];
}

/** A rule's number, or a default. Rules of lengths are uint64; no message holds more than 2^53. */
export function countOf(rules: Rules, name: string, unset: number): number {
  const value = rules.values.get(name) as bigint | undefined;
  return value === undefined ? unset : Number(value);
}

/** The ids of the predefined rules that stand behind extension numbers of a kind's rules. */
export function predefinedRules(rules: Rules, registry: Registry): CelRule[] {
  const extendee = `buf.validate.${ruleMessageNames.get(rules.kind ?? "") ?? ""}`;
  const found: CelRule[] = [];
  for (const type of registry) {
    if (type.kind !== "extension" || type.extendee.typeName !== extendee) continue;
    if (!rules.predefined.includes(type.number)) continue;
    for (const { id, expression } of getOption(type, predefined).cel)
      found.push({ id, expression });
  }
  return found;
}

const ruleMessageNames = new Map(
  FieldRulesSchema.fields.flatMap((field) =>
    field.oneof !== undefined && field.fieldKind === "message"
      ? [[field.name, field.message.name] as const]
      : [],
  ),
);

/** Whether only a run of the validator can say if a value keeps the rules. */
export function needsValidator(rules: Rules): boolean {
  return rules.cel.length > 0 || rules.predefined.length > 0;
}
