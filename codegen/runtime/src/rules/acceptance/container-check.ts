import { type DescField, protoInt64, ScalarType } from "@bufbuild/protobuf";
import {
  type FieldRules,
  type MapRules,
  MapRulesSchema,
  type RepeatedRules,
  RepeatedRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { isSame } from "./bytes-check.ts";
import { type Check, every, type Nested, namesOf, UnknownRule } from "./check.ts";
import { itemCheck, standardRules } from "./value-check.ts";

type ListField = DescField & { fieldKind: "list" };
type MapField = DescField & { fieldKind: "map" };
type List = readonly unknown[];
type Entries = Readonly<Record<string, unknown>>;

/** Lists of a field. Null where all are fine. Throws `UnknownRule`. */
export function listCheck(field: ListField, rules: FieldRules, nested: Nested): Check | null {
  const { case: kind, value } = standardRules(rules);
  const own = kind === "repeated" ? value : undefined;
  if (kind !== undefined && own === undefined) throw new UnknownRule();
  const checks = own === undefined ? [] : sizeChecks(field, own);
  const item = itemCheck(field, own?.items, nested);
  return every([...checks, item === null ? null : eachItem(item)]) as Check | null;
}

function sizeChecks(field: ListField, rules: RepeatedRules): (Check<List> | null)[] {
  return namesOf(rules, RepeatedRulesSchema).map((name) => {
    switch (name) {
      case "minItems": {
        const min = Number(rules.minItems);
        return (list) => list.length >= min;
      }
      case "maxItems": {
        const max = Number(rules.maxItems);
        return (list) => list.length <= max;
      }
      case "unique":
        return rules.unique ? uniqueness(field) : null;
      case "items":
        return null;
      default:
        throw new UnknownRule();
    }
  });
}

/** Lists up to this length are compared pair by pair, which needs no memory. */
const short = 16;

function uniqueness(field: ListField): Check<List> {
  if (field.listKind === "message") throw new UnknownRule();
  if (field.scalar === ScalarType.BYTES) {
    const areSame = isSame as (a: unknown, b: unknown) => boolean;
    return (list) => list.length <= short && arePairsDistinct(list, areSame);
  }
  return (list) =>
    list.length <= short
      ? arePairsDistinct(list, (a, b) => a === b)
      : new Set(list).size === list.length;
}

function arePairsDistinct(list: List, areSame: (a: unknown, b: unknown) => boolean): boolean {
  for (let i = 1; i < list.length; i++) {
    for (let j = 0; j < i; j++) if (areSame(list[i], list[j])) return false;
  }
  return true;
}

function eachItem(check: Check): Check<List> {
  return (list) => {
    for (const item of list) if (!check(item)) return false;
    return true;
  };
}

/** Maps of a field. Null where all are fine. Throws `UnknownRule`. */
export function mapCheck(field: MapField, rules: FieldRules, nested: Nested): Check | null {
  const { case: kind, value } = standardRules(rules);
  const own = kind === "map" ? value : undefined;
  if (kind !== undefined && own === undefined) throw new UnknownRule();
  const key = itemCheck(keyType(field), own?.keys, nested);
  const held = itemCheck(field, own?.values, nested);
  const { min, max } = own === undefined ? anyNumber : pairsOf(own);
  if (key === null && held === null && min === 0 && max === Number.POSITIVE_INFINITY) return null;
  return eachPair(key === null ? null : withKey(field.mapKey, key), held, min, max) as Check;
}

function keyType(field: MapField) {
  return { scalar: field.mapKey, enum: undefined, message: undefined };
}

const anyNumber = { min: 0, max: Number.POSITIVE_INFINITY };

function pairsOf(rules: MapRules): { readonly min: number; readonly max: number } {
  const names = namesOf(rules, MapRulesSchema);
  const known = ["minPairs", "maxPairs", "keys", "values"];
  if (!names.every((name) => known.includes(name))) throw new UnknownRule();
  return {
    min: Number(rules.minPairs),
    max: names.includes("maxPairs") ? Number(rules.maxPairs) : anyNumber.max,
  };
}

function eachPair(
  key: Check<string> | null,
  held: Check | null,
  min: number,
  max: number,
): Check<Entries> {
  return (entries) => {
    let pairs = 0;
    for (const name in entries) {
      // What a prototype holds is no entry, and would count as one.
      if (!Object.hasOwn(entries, name)) return false;
      if (key !== null && !key(name)) return false;
      if (held !== null && !held(entries[name])) return false;
      pairs++;
    }
    return pairs >= min && pairs <= max;
  };
}

/** Objects have strings for keys, whatever the contract says. */
function withKey(type: ScalarType, check: Check): Check<string> {
  switch (type) {
    case ScalarType.STRING:
      return check;
    case ScalarType.BOOL:
      return (key) => check(key === "true" ? true : key === "false" ? false : key);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return (key) => check(protoInt64.parse(key));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return (key) => check(protoInt64.uParse(key));
    default:
      return (key) => String(Number(key)) === key && check(Number(key));
  }
}
