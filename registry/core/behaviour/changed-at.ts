import {
  type DescEnumValue,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { oneof as oneofOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { rulesOfField, rulesWithin } from "../samples/values/rules.ts";

/** The two forms of one thing. */
export interface Both<T> {
  readonly old: T;
  readonly now: T;
}

/** What changed for validation within one message type; null where it is not there. */
export type ChangedAt =
  | ({ readonly kind: "message" } & Both<DescMessage>)
  | ({ readonly kind: "oneof" } & Both<DescOneof | null>)
  | ({ readonly kind: "field" } & Both<DescField | null>)
  /** A value of an enum that a field takes under `defined_only`. */
  | ({ readonly kind: "enum_value"; readonly field: Both<DescField> } & Both<DescEnumValue | null>);

/** What changed for validation in a message type itself, without the types that it refers to. */
export function changesWithin(old: DescMessage, now: DescMessage): readonly ChangedAt[] {
  const changes: ChangedAt[] = [];
  if (ruleBytes(old) !== ruleBytes(now)) changes.push({ kind: "message", old, now });
  for (const name of new Set([...old.oneofs, ...now.oneofs].map((oneof) => oneof.name))) {
    const pair = { old: oneofOf(old, name), now: oneofOf(now, name) };
    if (isDemanded(pair.old) !== isDemanded(pair.now)) changes.push({ kind: "oneof", ...pair });
  }
  const before = fieldsByNumber(old);
  const after = fieldsByNumber(now);
  for (const number of new Set([...before.keys(), ...after.keys()])) {
    changes.push(...fieldChanges(before.get(number) ?? null, after.get(number) ?? null));
  }
  return changes;
}

function fieldChanges(old: DescField | null, now: DescField | null): ChangedAt[] {
  if (old === null || now === null) {
    const field = old ?? now;
    return field !== null && refusesAbsence(field) ? [{ kind: "field", old, now }] : [];
  }
  if (ruleBytes(old) !== ruleBytes(now)) return [{ kind: "field", old, now }];
  if (ruleBytes(now) === "") return [];
  if (shapeOf(old) !== shapeOf(now)) return [{ kind: "field", old, now }];
  return enumChanges({ old, now });
}

/** Whether a message without the field can be refused for it. */
function refusesAbsence(field: DescField): boolean {
  if (ruleBytes(field) === "") return false;
  const isAlwaysThere = field.presence === FeatureSet_FieldPresence.IMPLICIT;
  return isAlwaysThere || rulesOfField(field).required;
}

/** What validation sees of a field beside its rules. */
function shapeOf(field: DescField): string {
  const isOpen = field.enum?.open ?? null;
  return [field.fieldKind, field.scalar, field.presence, isOpen, field.oneof?.name].join(" ");
}

function enumChanges(field: Both<DescField>): ChangedAt[] {
  const [old, now] = [field.old.enum, field.now.enum];
  if (old === undefined || now === undefined || !isDefinedOnly(field.now)) return [];
  const valued = (type: typeof old, number: number) =>
    type.values.find((value) => value.number === number) ?? null;
  const numbers = new Set([...old.values, ...now.values].map((value) => value.number));
  return [...numbers].flatMap((number): ChangedAt[] => {
    const pair = { old: valued(old, number), now: valued(now, number) };
    const isSame = pair.old !== null && pair.now !== null;
    return isSame ? [] : [{ kind: "enum_value", field, ...pair }];
  });
}

function isDefinedOnly(field: DescField): boolean {
  const rules = rulesOfField(field);
  const all = [rules, rulesWithin(rules, "items"), rulesWithin(rules, "values")];
  return all.some((each) => each.values.has("defined_only"));
}

/** The extension number of protovalidate's options, for messages, fields and oneofs alike. */
const protovalidate = 1159;

/** A declaration's rules as they were compiled: equal for what nobody has touched. */
export function ruleBytes({ proto }: DescMessage | DescField): string {
  const unknown = proto.options?.$unknown ?? [];
  return unknown
    .filter((field) => field.no === protovalidate)
    .map((field) => field.data.join())
    .join(";");
}

function isDemanded(oneof: DescOneof | null): boolean {
  return oneof !== null && getOption(oneof, oneofOption).required;
}

function oneofOf(message: DescMessage, name: string): DescOneof | null {
  return message.oneofs.find((oneof) => oneof.name === name) ?? null;
}

function fieldsByNumber(message: DescMessage): ReadonlyMap<number, DescField> {
  return new Map(message.fields.map((field) => [field.number, field]));
}
