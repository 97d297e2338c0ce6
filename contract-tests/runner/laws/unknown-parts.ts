import { clone, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import fc from "fast-check";
import { listOf, rulesOfField, rulesWithin } from "../../../registry/core/samples/values/rules.ts";

/** A field that a newer release could have added to one of the messages in a message. */
export interface AddedField {
  /** Counts through the messages that are there, the outermost first. */
  readonly place: number;
  /** Counts through the numbers that are free there. */
  readonly number: number;
  readonly wireType: WireType;
  /** What follows its tag on the wire. */
  readonly data: Uint8Array;
}

/** One to three fields, of any type that protobuf can write. */
export const addedFields: fc.Arbitrary<readonly AddedField[]> = fc.array(
  fc
    .record({
      place: fc.nat(5),
      number: fc.nat(40),
      value: fc.oneof(
        fc.nat().map((value) => written(WireType.Varint, (to) => to.uint32(value))),
        fc
          .string({ maxLength: 16 })
          .map((value) => written(WireType.LengthDelimited, (to) => to.string(value))),
        fc.nat().map((value) => written(WireType.Bit32, (to) => to.fixed32(value))),
        fc.double().map((value) => written(WireType.Bit64, (to) => to.double(value))),
      ),
    })
    .map(({ place, number, value }) => ({ place, number, ...value })),
  { minLength: 1, maxLength: 3 },
);

function written(wireType: WireType, write: (to: BinaryWriter) => BinaryWriter) {
  return { wireType, data: write(new BinaryWriter()).finish() };
}

/** A copy of a message with fields that its type does not know. */
export function withFields(
  desc: DescMessage,
  message: Message,
  added: readonly AddedField[],
): Message {
  const copy = clone(desc, message);
  const places = [...messagesIn(reflect(desc, copy))];
  for (const { place, number, wireType, data } of added) {
    const at = places[place % places.length] as ReflectMessage;
    const no = freeNumber(at.desc, number);
    const unknown = at.getUnknown() ?? [];
    // A number that is there has the type that it was first given.
    if (unknown.every((each) => each.no !== no))
      at.setUnknown([...unknown, { no, wireType, data }]);
  }
  return copy;
}

/** A message and those that are set in it. Nobody adds to the well-known types. */
function* messagesIn(message: ReflectMessage): Iterable<ReflectMessage> {
  if (isWellKnown(message.desc)) return;
  yield message;
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (field.fieldKind === "message") yield* messagesIn(message.get(field));
    if (field.fieldKind === "list" && field.listKind === "message") {
      for (const item of message.get(field)) yield* messagesIn(item as ReflectMessage);
    }
    if (field.fieldKind === "map" && field.mapKind === "message") {
      for (const [, item] of message.get(field)) yield* messagesIn(item as ReflectMessage);
    }
  }
}

function isWellKnown(desc: DescMessage): boolean {
  return desc.typeName.startsWith("google.protobuf.");
}

/** The nth number that a later release could give to a field: neither used nor reserved. */
function freeNumber({ fields, proto }: DescMessage, nth: number): number {
  const ranges = [...proto.reservedRange, ...proto.extensionRange];
  let left = nth;
  for (let no = 1; ; no++) {
    const isTaken =
      fields.some((field) => field.number === no) ||
      ranges.some(({ start, end }) => no >= start && no < end);
    if (!isTaken && left-- === 0) return no;
    // A range can reserve all numbers; 2^29-1 is the last one.
    if (no > nth + 20_000) return 536_870_911;
  }
}

/** Where a message can hold values of an enum that its rules leave open. */
export interface OpenEnum {
  /** The names of the fields, from the outside in. */
  readonly path: readonly string[];
  readonly field: DescField;
  /** The smallest number that the enum does not know, and the rules do not forbid. */
  readonly unknown: number;
}

/** The fields of a type that take enum values of newer releases. A type within itself is not entered. */
export function openEnums(
  desc: DescMessage,
  around: ReadonlySet<DescMessage> = new Set(),
): OpenEnum[] {
  if (around.has(desc) || isWellKnown(desc)) return [];
  const inside = new Set([...around, desc]);
  return desc.fields.flatMap((field) => {
    if (field.message !== undefined) {
      return openEnums(field.message, inside).map((each) => ({
        ...each,
        path: [field.name, ...each.path],
      }));
    }
    const unknown = unknownValue(field);
    return unknown === null ? [] : [{ path: [field.name], field, unknown }];
  });
}

function unknownValue(field: DescField): number | null {
  if (field.enum?.open !== true) return null;
  const whole = rulesOfField(field);
  const part = field.fieldKind === "list" ? "items" : "values";
  const rules = field.fieldKind === "enum" ? whole : rulesWithin(whole, part);
  if ([whole, rules].every((each) => each.ignore !== Ignore.ALWAYS)) {
    const isClosed = ["const", "in", "defined_only"].some((rule) => rules.values.has(rule));
    if (isClosed) return null;
  }
  const barred = listOf<number>(rules, "not_in");
  let value = Math.max(...field.enum.values.map((each) => each.number)) + 1;
  while (barred.includes(value)) value++;
  return value > 0x7fffffff ? null : value;
}

/** A copy of a message with the unknown value, or null when the field is nowhere set in it. */
export function withEnumValue(
  desc: DescMessage,
  message: Message,
  { field, unknown }: OpenEnum,
): Message | null {
  const copy = clone(desc, message);
  const holder = [...messagesIn(reflect(desc, copy))].find((each) => each.desc === field.parent);
  if (holder === undefined) return null;
  if (field.fieldKind === "enum") holder.set(field, unknown);
  else if (field.fieldKind === "list") {
    const list = holder.get(field);
    if (list.size === 0) return null;
    list.set(0, unknown);
  } else if (field.fieldKind === "map") {
    const map = holder.get(field);
    const [key] = map.keys();
    if (key === undefined) return null;
    map.set(key, unknown);
  }
  return copy;
}
