import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  ScalarType,
} from "@bufbuild/protobuf";
import {
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
  reflect,
  reflectList,
  reflectMap,
} from "@bufbuild/protobuf/reflect";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import {
  durationOf,
  durationRange,
  timestampOf,
  timestampRange,
  toNanos,
} from "../values/moments.ts";
import { countOf, listOf, type Rules } from "../values/rules.ts";
import { brokenFloats, brokenIntegers, brokenWholes } from "./numbers.ts";
import { brokenBytes, brokenStrings } from "./text.ts";

/** The type of one value: of a field, an item, a map's key or value. */
export type ValueType =
  | { readonly kind: "scalar"; readonly scalar: ScalarType }
  | { readonly kind: "enum"; readonly enum: DescEnum }
  | { readonly kind: "message"; readonly message: DescMessage };

/**
 * Values that probably break one standard rule, made from a valid one; the validator has the last
 * word. None when no value of the type breaks the rule.
 */
export function brokenValues(
  type: ValueType,
  rules: Rules,
  rule: string,
  valid: unknown,
  now: bigint,
): readonly unknown[] {
  switch (type.kind) {
    case "scalar":
      return brokenScalars(type.scalar, rules, rule, valid);
    case "enum":
      return brokenEnums(type.enum, rules, rule);
    case "message":
      return brokenMessages(type.message, rules, rule, valid as ReflectMessage, now);
  }
}

function brokenScalars(
  type: ScalarType,
  rules: Rules,
  rule: string,
  valid: unknown,
): readonly unknown[] {
  switch (type) {
    case ScalarType.STRING:
      return brokenStrings(rules, rule, valid as string);
    case ScalarType.BYTES:
      return brokenBytes(rules, rule, valid as Uint8Array);
    case ScalarType.BOOL:
      return [!(rules.values.get(rule) as boolean)];
    case ScalarType.FLOAT:
      return brokenFloats(rules, rule).map(Math.fround);
    case ScalarType.DOUBLE:
      return brokenFloats(rules, rule);
    default:
      return brokenIntegers(type, rules, rule);
  }
}

function brokenEnums(desc: DescEnum, rules: Rules, rule: string): readonly number[] {
  const declared = desc.values.map((value) => value.number);
  // A closed enum keeps unknown numbers out by itself: they never reach a rule.
  const unknown = desc.open ? [Math.min(2 ** 31 - 1, Math.max(...declared) + 1)] : [];
  if (rule === "not_in") return listOf<number>(rules, rule);
  if (rule === "defined_only") return unknown;
  const kept =
    rule === "const" ? [rules.values.get("const") as number] : listOf<number>(rules, "in");
  return [...declared, ...unknown].filter((value) => !kept.includes(value));
}

const hour = 3_600_000_000_000n;

function brokenMessages(
  desc: DescMessage,
  rules: Rules,
  rule: string,
  valid: ReflectMessage,
  now: bigint,
): readonly unknown[] {
  const all = (messages: readonly object[]) => messages.map((each) => reflect(desc, each as never));
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return all(brokenTimes(rules, rule, now).map((nanos) => timestampOf(desc, nanos)));
    case "google.protobuf.Duration":
      return all(
        brokenWholes(rules, rule, durationRange, toNanos).map((nanos) => durationOf(desc, nanos)),
      );
    case "google.protobuf.Any": {
      const unlisted = ["type.googleapis.com/charter.Unlisted"];
      const urls = rule === "in" ? unlisted : listOf<string>(rules, rule);
      return all(urls.map((typeUrl) => create(desc, { typeUrl })));
    }
    case "google.protobuf.FieldMask": {
      const paths = rule === "not_in" ? listOf<string>(rules, rule) : ["unlisted"];
      return all(paths.map((path) => create(desc, { paths: [path] })));
    }
  }
  const wrapped = desc.fields[0];
  if (!isWrapperDesc(desc) || wrapped?.fieldKind !== "scalar") return [];
  return brokenScalars(wrapped.scalar, rules, rule, valid.get(wrapped)).map((value) => {
    const message = reflect(desc);
    message.set(wrapped, value);
    return message;
  });
}

function brokenTimes(rules: Rules, rule: string, now: bigint): readonly bigint[] {
  switch (rule) {
    case "lt_now":
      return [now + hour];
    case "gt_now":
      return [now - hour];
    case "within": {
      const reach = toNanos(rules.values.get(rule)) + hour;
      return [now + reach, now - reach];
    }
    default:
      return brokenWholes(rules, rule, timestampRange, toNanos);
  }
}

/** More items than fit in a message that can be sent. */
const mostItems = 100_000;

/** Lists that break a rule of their size or of their uniqueness. */
export function brokenLists(
  field: DescField & { fieldKind: "list" },
  rules: Rules,
  rule: string,
  valid: ReflectList,
  more: (count: number) => readonly unknown[],
): readonly ReflectList[] {
  const items = [...valid];
  const list = (held: readonly unknown[]) => {
    const made = reflectList(field);
    for (const item of held) made.add(item);
    return made;
  };
  if (rule === "unique") return [list([...items, items[0]]), list([items[0], items[0]])];
  const bound = countOf(rules, rule, 0);
  if (rule === "min_items") return bound === 0 ? [] : [list(items.slice(0, bound - 1))];
  if (bound > mostItems) return [];
  const [first] = items;
  // Making many items is what takes the time.
  if (first !== undefined && !rules.values.has("unique")) {
    return [
      list([...items, ...Array.from({ length: bound + 1 }, () => first)].slice(0, bound + 1)),
    ];
  }
  const others = more(bound + 1);
  return [list([...items, ...others].slice(0, bound + 1)), list(others)];
}

/** Maps that break a rule of their size. */
export function brokenMaps(
  field: DescField & { fieldKind: "map" },
  rules: Rules,
  rule: string,
  valid: ReflectMap,
  more: (count: number) => readonly unknown[],
): readonly ReflectMap[] {
  const pairs = [...valid];
  const value = pairs[0]?.[1];
  const map = (held: readonly (readonly [unknown, unknown])[]) => {
    const made = reflectMap(field);
    for (const [key, each] of held) made.set(key, each);
    return made;
  };
  const bound = countOf(rules, rule, 0);
  if (rule === "min_pairs") return bound === 0 ? [] : [map(pairs.slice(0, bound - 1))];
  if (bound > mostItems) return [];
  const others = more(bound + 1).map((key) => [key, value] as const);
  const distinct = new Map([...pairs, ...others]);
  return [map([...distinct].slice(0, bound + 1))];
}
