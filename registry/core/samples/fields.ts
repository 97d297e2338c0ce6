import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import {
  type ReflectMessage,
  reflect,
  reflectList,
  reflectMap,
  scalarZeroValue,
} from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence, isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import fc from "fast-check";
import type { Demand } from "./demand.ts";
import { bytesArbitrary } from "./values/bytes.ts";
import { durationArbitrary, timestampArbitrary } from "./values/moments.ts";
import { floatArbitrary, integerArbitrary } from "./values/numbers.ts";
import { countOf, listOf, noRules, type Rules, rulesOfField, rulesWithin } from "./values/rules.ts";
import { stringArbitrary } from "./values/text.ts";
import { filtered, Unsatisfiable } from "./values/unsatisfiable.ts";

/** How much of what may be absent is there. */
export type Density = "bare" | "mixed" | "full";

/** What makes the values of a field: the messages nested in it come from whoever asks. */
export interface FieldContext {
  readonly now: bigint;
  readonly density: Density;
  /** How deep the messages in this field lie. */
  readonly depth: number;
  readonly demand: Demand;
  /** A list or a map that is demanded is not empty. */
  readonly isDemanded: boolean;
  message(
    desc: DescMessage,
    density: Density,
    depth: number,
    demand: Demand,
  ): fc.Arbitrary<ReflectMessage>;
}

/** Items beyond the fewest that a list or map usually has. */
const usualItems = 3;
/** The largest bound of a list of scalars that is tried to the full. */
const longestList = 100;

/** Values of a field, as reflection sets them. Throws `Unsatisfiable`. */
export function fieldArbitrary(
  context: FieldContext,
  field: DescField,
  declared: Rules = rulesOfField(field),
): fc.Arbitrary<unknown> {
  const rules = effectiveRules(declared);
  switch (field.fieldKind) {
    case "list":
      return listArbitrary(context, field, rules);
    case "map":
      return mapArbitrary(context, field, rules);
    case "message":
      return messageValue(context, field.message, rules);
    case "enum":
      return singular(field, rules, enumArbitrary(field.enum, rules), field.enum.values[0]?.number);
    case "scalar": {
      const values = scalarArbitrary(field.scalar, rules, context.demand.token);
      // JSON has no infinity, and a Value is JSON.
      const isJson = field.parent.typeName === "google.protobuf.Value";
      const finite = isJson
        ? values.filter((each) => typeof each !== "number" || Number.isFinite(each))
        : values;
      return singular(field, rules, finite, scalarZeroValue(field.scalar, false));
    }
  }
}

/** Rules that are never applied are no rules. */
function effectiveRules(rules: Rules): Rules {
  return rules.ignore === Ignore.ALWAYS ? noRules : rules;
}

/** A field without presence: required means not zero, and zero can be exempt from the rules. */
function singular(
  field: DescField,
  rules: Rules,
  values: fc.Arbitrary<unknown>,
  zero: unknown,
): fc.Arbitrary<unknown> {
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return values;
  if (rules.required) return filtered(values, (each) => !isZero(each, zero), "required");
  return rules.ignore === Ignore.IF_ZERO_VALUE
    ? fc.oneof({ weight: 3, arbitrary: values }, { weight: 1, arbitrary: fc.constant(zero) })
    : values;
}

function isZero(value: unknown, zero: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : value === zero;
}

/** Values of a scalar type that keep the rules. */
export function scalarArbitrary(
  type: ScalarType,
  rules: Rules,
  token = false,
): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return stringArbitrary(rules, token);
    case ScalarType.BYTES:
      return bytesArbitrary(rules);
    case ScalarType.BOOL:
      return rules.values.has("const") ? fc.constant(rules.values.get("const")) : fc.boolean();
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return floatArbitrary(type, rules);
    default:
      return integerArbitrary(type, rules);
  }
}

/** Declared values only: whether a service takes unknown ones is another law's question. */
export function enumArbitrary(desc: DescEnum, rules: Rules): fc.Arbitrary<number> {
  const constant = rules.values.get("const") as number | undefined;
  const listed = constant === undefined ? listOf<number>(rules, "in") : [constant];
  const declared = desc.values.map((value) => value.number);
  const open = listed.length > 0 ? listed : declared;
  const choices = open.filter(
    (value) =>
      !listOf<number>(rules, "not_in").includes(value) &&
      (declared.includes(value) || (desc.open && !rules.values.has("defined_only"))),
  );
  if (choices.length === 0) throw new Unsatisfiable("no value of its enum keeps its rules");
  return fc.constantFrom(...choices);
}

function messageValue(
  context: FieldContext,
  desc: DescMessage,
  rules: Rules,
): fc.Arbitrary<ReflectMessage> {
  const wrap = (message: Message) => reflect(desc, message);
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return timestampArbitrary(desc, rules, context.now).map(wrap);
    case "google.protobuf.Duration":
      return durationArbitrary(desc, rules).map(wrap);
    case "google.protobuf.Any":
      return anyArbitrary(desc, rules).map(wrap);
    case "google.protobuf.FieldMask":
      return fieldMaskArbitrary(desc, rules).map(wrap);
  }
  const wrapped = desc.fields[0];
  if (isWrapperDesc(desc) && wrapped?.fieldKind === "scalar") {
    return scalarArbitrary(wrapped.scalar, rules).map((value) => {
      const message = reflect(desc);
      message.set(wrapped, value);
      return message;
    });
  }
  return context.message(desc, context.density, context.depth, context.demand);
}

function anyArbitrary(desc: DescMessage, rules: Rules): fc.Arbitrary<Message> {
  const usual = "type.googleapis.com/google.protobuf.Empty";
  const listed = listOf<string>(rules, "in");
  const choices = (listed.length > 0 ? listed : [usual]).filter(
    (url) => !listOf<string>(rules, "not_in").includes(url),
  );
  if (choices.length === 0) throw new Unsatisfiable("no type URL keeps its rules");
  return fc.constantFrom(...choices).map((typeUrl) => create(desc, { typeUrl }));
}

function fieldMaskArbitrary(desc: DescMessage, rules: Rules): fc.Arbitrary<Message> {
  const make = (paths: string[]) => create(desc, { paths });
  const constant = rules.values.get("const") as { paths: string[] } | undefined;
  if (constant !== undefined) return fc.constant(constant.paths).map((paths) => make([...paths]));
  const listed = listOf<string>(rules, "in");
  const barred = listOf<string>(rules, "not_in");
  const words = (listed.length > 0 ? listed : ["name", "id", "labels"]).filter(
    (path) => !barred.some((each) => path === each || path.startsWith(`${each}.`)),
  );
  return fc.subarray(words).map(make);
}

type ListField = DescField & { fieldKind: "list" };
type MapField = DescField & { fieldKind: "map" };

interface Sizes {
  readonly min: number;
  readonly usual: number;
  readonly max: number;
}

/** How many items a list or map has. */
function sizesOf(context: FieldContext, rules: Rules, minRule: string, maxRule: string): Sizes {
  const max = countOf(rules, maxRule, Number.POSITIVE_INFINITY);
  const declared = countOf(rules, minRule, 0);
  const wanted = rules.required || context.isDemanded || context.density === "full" ? 1 : 0;
  const least = rules.required || context.isDemanded ? 1 : 0;
  const min = Math.max(declared, Math.min(wanted, Math.max(max, least)));
  if (min > max) throw new Unsatisfiable(`${minRule} is above ${maxRule}`);
  return {
    min,
    usual: context.density === "bare" ? min : Math.min(max, min + usualItems),
    max,
  };
}

function listArbitrary(
  context: FieldContext,
  field: ListField,
  rules: Rules,
): fc.Arbitrary<unknown> {
  const sizes = sizesOf(context, rules, "min_items", "max_items");
  const listOfItems = (items: readonly unknown[]) => {
    const list = reflectList(field);
    for (const item of items) list.add(item);
    return list;
  };
  if (sizes.usual === 0) return fc.constant([]).map(listOfItems);
  const items = itemArbitrary(context, field, rulesWithin(rules, "items"));
  const isScalar = field.listKind !== "message";
  const isFullTried =
    isScalar && context.density !== "bare" && sizes.max > sizes.usual && sizes.max <= longestList;
  if (rules.values.has("unique")) {
    const usual = distinct(items, keyOf, sizes.min, sizes.usual);
    return usual.map(listOfItems);
  }
  const usual = fc.array(items, { minLength: sizes.min, maxLength: sizes.usual });
  if (!isFullTried) return usual.map(listOfItems);
  const full = fc.array(items, { minLength: sizes.max, maxLength: sizes.max });
  return fc
    .oneof(
      { withCrossShrink: true },
      { weight: 12, arbitrary: usual },
      { weight: 1, arbitrary: full },
    )
    .map(listOfItems);
}

/** Items of a list, or values of a map. */
function itemArbitrary(
  context: FieldContext,
  field: ListField | MapField,
  declared: Rules,
): fc.Arbitrary<unknown> {
  const rules = effectiveRules(declared);
  const kind = field.fieldKind === "list" ? field.listKind : field.mapKind;
  if (kind === "message") return messageValue(context, field.message as DescMessage, rules);
  if (kind === "enum") return enumArbitrary(field.enum as DescEnum, rules);
  return scalarArbitrary(field.scalar as ScalarType, rules, context.demand.token);
}

function mapArbitrary(context: FieldContext, field: MapField, rules: Rules): fc.Arbitrary<unknown> {
  const sizes = sizesOf(context, rules, "min_pairs", "max_pairs");
  const mapOfPairs = (pairs: readonly (readonly [unknown, unknown])[]) => {
    const map = reflectMap(field);
    for (const [key, value] of pairs) map.set(key, value);
    return map;
  };
  if (sizes.usual === 0) return fc.constant([]).map(mapOfPairs);
  const keys = scalarArbitrary(field.mapKey, effectiveRules(rulesWithin(rules, "keys")));
  const values = itemArbitrary(context, field, rulesWithin(rules, "values"));
  const uniqueKeys = distinct(keys, keyOf, sizes.min, sizes.usual);
  return uniqueKeys
    .chain((chosen) =>
      fc
        .array(values, { minLength: chosen.length, maxLength: chosen.length })
        .map((held) => chosen.map((key, i) => [key, held[i]] as const)),
    )
    .map(mapOfPairs);
}

/** What tells two scalars apart. */
export function keyOf(value: unknown): string {
  return value instanceof Uint8Array ? value.join() : String(value);
}

/** Distinct values. A type with too few of them is found out first: looking for more never ends. */
function distinct(
  values: fc.Arbitrary<unknown>,
  key: (value: unknown) => string,
  min: number,
  max: number,
): fc.Arbitrary<unknown[]> {
  const numRuns = 100 + 20 * min;
  const room = new Set(fc.sample(values, { numRuns, seed: 1 }).map(key)).size;
  if (room < min) throw new Unsatisfiable(`its values are too few for ${min} different ones`);
  return fc.uniqueArray(values, { minLength: min, maxLength: Math.min(max, room), selector: key });
}
