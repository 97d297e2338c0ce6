import {
  type DescField,
  type DescOneof,
  getOption,
  hasOption,
  isFieldSet,
} from "@bufbuild/protobuf";
import { Edition, FeatureSet_FieldPresence, isWrapperDesc } from "@bufbuild/protobuf/wkt";
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldOption,
  Ignore,
  oneof as oneofOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Check, type Fields, type Nested, UnknownRule } from "./check.ts";
import { listCheck, mapCheck } from "./container-check.ts";
import { standardCheck, valueCheck } from "./value-check.ts";
import { zeroTest } from "./zero.ts";

/**
 * The check of messages by one field of theirs that is in no oneof. Null where all are fine. Throws
 * `UnknownRule`.
 *
 * @param isAlternative whether a rule of the message lets only one of several fields be set
 */
export function fieldCheck(
  field: DescField,
  isAlternative: boolean,
  nested: Nested,
): Check<Fields> | null {
  const rules = rulesOf(field);
  const ignore = ignoreOf(rules, isAlternative);
  if (ignore === Ignore.ALWAYS) return null;
  const check = setValueCheck(field, rules, nested);
  const { localName: name } = field;
  const hasNoPresence = field.presence === FeatureSet_FieldPresence.IMPLICIT;
  if (hasNoPresence && !rules.required && ignore !== Ignore.IF_ZERO_VALUE) {
    return check === null ? null : (message) => check(message[name]);
  }
  if (check === null && !rules.required) return null;
  const isSet = presenceTest(field);
  if (check === null) return isSet;
  return rules.required
    ? (message) => isSet(message) && check(message[name])
    : (message) => !isSet(message) || check(message[name]);
}

/** The check of messages by a oneof and its fields. Null where all are fine. Throws `UnknownRule`. */
export function oneofCheck(
  oneof: DescOneof,
  isAlternative: (field: DescField) => boolean,
  nested: Nested,
): Check<Fields> | null {
  const cases = oneof.fields.map((field) => {
    const rules = rulesOf(field);
    const isIgnored = ignoreOf(rules, isAlternative(field)) === Ignore.ALWAYS;
    return {
      name: field.localName,
      isRequired: rules.required && !isIgnored,
      check: isIgnored ? null : setValueCheck(field, rules, nested),
    };
  });
  const required = cases.filter(({ isRequired }) => isRequired);
  // Fields that exclude each other cannot all be there.
  const allowed = required.length === 0 ? cases : required.length === 1 ? required : [];
  const needsOne = getOption(oneof, oneofOption).required || required.length > 0;
  if (!needsOne && cases.every(({ check }) => check === null)) return null;
  const checks = new Map(allowed.map(({ name, check }) => [name, check ?? (() => true)]));
  const { localName } = oneof;
  return (message) => {
    const chosen = message[localName] as { case?: string; value?: unknown };
    if (chosen.case === undefined) return !needsOne;
    return checks.get(chosen.case)?.(chosen.value) === true;
  };
}

/** Whether a field is set, by protobuf's rules for its kind of presence. */
export function presenceTest(field: DescField): Check<Fields> {
  const { localName: name, oneof } = field;
  if (oneof !== undefined) {
    return (message) => (message[oneof.localName] as { case?: string }).case === name;
  }
  switch (field.fieldKind) {
    case "list":
      return (message) => (message[name] as readonly unknown[]).length > 0;
    case "map":
      return (message) => Object.keys(message[name] as object).length > 0;
  }
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) {
    const isZero = zeroTest(field);
    return (message) => !isZero(message[name]);
  }
  // Prototypes hold the values that fields have when they are not set.
  return inherits(field)
    ? (message) => message[name] !== undefined && Object.hasOwn(message, name)
    : (message) => message[name] !== undefined;
}

function inherits(field: DescField): boolean {
  return field.parent.file.edition !== Edition.EDITION_PROTO3 || field.localName in {};
}

function rulesOf(field: DescField): FieldRules {
  // protovalidate turns such texts into numbers first.
  if ("longAsString" in field && field.longAsString && hasOption(field, fieldOption)) {
    throw new UnknownRule();
  }
  return getOption(field, fieldOption);
}

function ignoreOf(rules: FieldRules, isAlternative: boolean): Ignore {
  const isSaid = isFieldSet(rules, FieldRulesSchema.field.ignore);
  return isAlternative && !isSaid ? Ignore.IF_ZERO_VALUE : rules.ignore;
}

/** The values of a field that is set. */
function setValueCheck(field: DescField, rules: FieldRules, nested: Nested): Check | null {
  switch (field.fieldKind) {
    case "list":
      return listCheck(field, rules, nested);
    case "map":
      return mapCheck(field, rules, nested);
    case "message":
      // protobuf-es keeps the wrapped value itself, except in a oneof.
      return isWrapperDesc(field.message) && field.oneof === undefined
        ? standardCheck(field, rules)
        : valueCheck(field, rules, nested);
    default:
      return valueCheck(field, rules, nested);
  }
}
