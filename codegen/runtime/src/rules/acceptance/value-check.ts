import type { DescEnum, Message } from "@bufbuild/protobuf";
import { type Any, type FieldMask, isWrapperDesc } from "@bufbuild/protobuf/wkt";
import {
  type AnyRules,
  AnyRulesSchema,
  type BoolRules,
  BoolRulesSchema,
  type EnumRules,
  EnumRulesSchema,
  type FieldMaskRules,
  FieldMaskRulesSchema,
  type FieldRules,
  FieldRulesSchema,
  Ignore,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { bytesCheck } from "./bytes-check.ts";
import {
  type Check,
  every,
  type Fields,
  type Nested,
  namesOf,
  UnknownRule,
  type ValueType,
} from "./check.ts";
import { durationCheck, timestampCheck } from "./moment-check.ts";
import { type NumberRules, numberCheck } from "./number-check.ts";
import { textCheck } from "./text-check.ts";
import { zeroTest } from "./zero.ts";

/** Items of a list, keys or values of a map. Null where all are fine. Throws `UnknownRule`. */
export function itemCheck(
  type: ValueType,
  rules: FieldRules | undefined,
  nested: Nested,
): Check | null {
  if (rules?.ignore === Ignore.ALWAYS) return null;
  const check = valueCheck(type, rules, nested);
  if (check === null || rules?.ignore !== Ignore.IF_ZERO_VALUE) return check;
  if (type.message !== undefined) return check;
  const isZero = zeroTest(type);
  return (value) => isZero(value) || check(value);
}

/** A value by itself, whatever may be ignored. Null where all are fine. Throws `UnknownRule`. */
export function valueCheck(
  type: ValueType,
  rules: FieldRules | undefined,
  nested: Nested,
): Check | null {
  const own = rules === undefined ? null : standardCheck(type, rules);
  if (type.message === undefined) return own;
  if (own === null || !isWrapperDesc(type.message)) return every([nested(type.message), own]);
  return (wrapper) => own((wrapper as Fields).value);
}

/** The standard rules of a value that is neither list nor map. Throws `UnknownRule`. */
export function standardCheck(type: ValueType, rules: FieldRules): Check | null {
  const { case: kind, value } = standardRules(rules);
  switch (kind) {
    case undefined:
      return null;
    case "string":
      return textCheck(value) as Check | null;
    case "bytes":
      return bytesCheck(value) as Check | null;
    case "bool":
      return boolCheck(value);
    case "enum":
      return enumCheck(value, type.enum);
    case "duration":
      return durationCheck(value) as Check | null;
    case "timestamp":
      return timestampCheck(value) as Check | null;
    case "any":
      return anyCheck(value) as Check | null;
    case "fieldMask":
      return fieldMaskCheck(value) as Check | null;
    case "repeated":
    case "map":
      throw new UnknownRule();
    default: {
      const schema = FieldRulesSchema.fields.find((field) => field.localName === kind)?.message;
      if (schema === undefined) throw new UnknownRule();
      return numberCheck(value as Message as NumberRules<number>, schema) as Check | null;
    }
  }
}

/** The rules of the value's kind. Throws `UnknownRule` when there are others beside them. */
export function standardRules(rules: FieldRules): FieldRules["type"] {
  for (const name of namesOf(rules, FieldRulesSchema)) {
    if (name !== "required" && name !== "ignore" && name !== rules.type.case) {
      throw new UnknownRule();
    }
  }
  return rules.type;
}

function boolCheck(rules: BoolRules): Check | null {
  const names = namesOf(rules, BoolRulesSchema).filter((name) => name !== "example");
  if (names.length === 0) return null;
  if (names.some((name) => name !== "const")) throw new UnknownRule();
  const wanted = rules.const;
  return (value) => value === wanted;
}

function enumCheck(rules: EnumRules, desc: DescEnum | undefined): Check | null {
  const rule = (name: string): Check<number> | null => {
    switch (name) {
      case "const": {
        const wanted = rules.const;
        return (value) => value === wanted;
      }
      case "definedOnly": {
        const defined = new Set(desc?.values.map(({ number }) => number));
        return rules.definedOnly ? (value) => defined.has(value) : null;
      }
      case "in": {
        const listed = rules.in;
        return (value) => listed.includes(value);
      }
      case "notIn": {
        const barred = rules.notIn;
        return (value) => !barred.includes(value);
      }
      case "example":
        return null;
      default:
        throw new UnknownRule();
    }
  };
  return every(namesOf(rules, EnumRulesSchema).map(rule)) as Check | null;
}

function anyCheck(rules: AnyRules): Check<Any> | null {
  const rule = (name: string): Check<Any> => {
    switch (name) {
      case "in":
        return ({ typeUrl }) => rules.in.includes(typeUrl);
      case "notIn":
        return ({ typeUrl }) => !rules.notIn.includes(typeUrl);
      default:
        throw new UnknownRule();
    }
  };
  return every(namesOf(rules, AnyRulesSchema).map(rule));
}

function fieldMaskCheck(rules: FieldMaskRules): Check<FieldMask> | null {
  const isWithin = (path: string, masks: readonly string[]) =>
    masks.some((mask) => path === mask || path.startsWith(`${mask}.`));
  const rule = (name: string): Check<FieldMask> | null => {
    switch (name) {
      case "const": {
        const wanted = rules.const?.paths ?? [];
        return ({ paths }) =>
          paths.length === wanted.length && paths.every((path, i) => path === wanted[i]);
      }
      case "in":
        return ({ paths }) => paths.every((path) => isWithin(path, rules.in));
      case "notIn":
        return ({ paths }) => !paths.some((path) => isWithin(path, rules.notIn));
      case "example":
        return null;
      default:
        throw new UnknownRule();
    }
  };
  return every(namesOf(rules, FieldMaskRulesSchema).map(rule));
}
