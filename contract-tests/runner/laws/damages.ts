import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";

/** A way to damage the bytes of a valid message. */
export interface Damage {
  /** As in "a truncated message must have …". */
  readonly name: string;
  readonly cases: number;
  readonly change: fc.Arbitrary<(valid: Uint8Array) => Uint8Array>;
}

/** The damages that fit a message type. What they come to is the oracle's to say. */
export function damages(desc: DescMessage): readonly Damage[] {
  const numbers = desc.fields.map((field) => field.number);
  const field = numbers.length === 0 ? fc.constant(1) : fc.constantFrom(...numbers);
  return [
    {
      name: "a truncated message",
      cases: 6,
      change: fc
        .double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
        .map((share) => (valid) => valid.slice(0, Math.floor(share * valid.length))),
    },
    {
      name: "a message with a changed byte",
      cases: 4,
      change: fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (valid) => {
        const changed = valid.slice();
        const index = at % Math.max(1, valid.length);
        if (changed[index] !== undefined) changed[index] ^= bits;
        return changed;
      }),
    },
    {
      name: "random bytes",
      cases: 6,
      change: fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => () => bytes),
    },
    {
      name: "a field of the wrong wire type",
      cases: 3,
      change: fc.constantFrom(...wrongTypes(desc)).map((bytes) => () => bytes),
    },
    {
      name: "a field that claims 2 GiB",
      cases: 2,
      change: field.map(
        (number) => () =>
          new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(0x7fffffff).finish(),
      ),
    },
    {
      name: "a string that is no UTF-8",
      cases: 2,
      change: fc.constantFrom(...textFields(desc)).map(
        (number) => (valid) =>
          Buffer.concat([
            valid,
            new BinaryWriter()
              .tag(number, WireType.LengthDelimited)
              .bytes(new Uint8Array([0xc3, 0x28]))
              .finish(),
          ]),
      ),
    },
    {
      name: "200 groups in each other",
      cases: 1,
      change: field.map((number) => () => groups(number, 200)),
    },
    {
      name: "200 messages in each other",
      cases: 1,
      change: field.map((number) => () => nested(number, 200)),
    },
    { name: "an empty payload", cases: 1, change: fc.constant(() => new Uint8Array()) },
  ];
}

/** Each field with a wire type that its own is not. */
function wrongTypes(desc: DescMessage): Uint8Array[] {
  const all = desc.fields.map((field) =>
    isLengthDelimited(field)
      ? new BinaryWriter().tag(field.number, WireType.Varint).uint32(7).finish()
      : new BinaryWriter().tag(field.number, WireType.LengthDelimited).string("seven").finish(),
  );
  return all.length === 0 ? [new Uint8Array([0x0f])] : all;
}

function isLengthDelimited(field: DescField): boolean {
  return (
    field.fieldKind !== "enum" &&
    (field.fieldKind !== "scalar" ||
      field.scalar === ScalarType.STRING ||
      field.scalar === ScalarType.BYTES)
  );
}

/** The numbers of single string fields, or 1 for a type without any. */
function textFields(desc: DescMessage): number[] {
  const texts = desc.fields.filter(
    (field) => field.fieldKind === "scalar" && field.scalar === ScalarType.STRING,
  );
  return texts.length === 0 ? [1] : texts.map((field) => field.number);
}

function groups(number: number, depth: number): Uint8Array {
  const writer = new BinaryWriter();
  for (let i = 0; i < depth; i++) writer.tag(number, WireType.StartGroup);
  for (let i = 0; i < depth; i++) writer.tag(number, WireType.EndGroup);
  return writer.finish();
}

function nested(number: number, depth: number): Uint8Array {
  let inner: Uint8Array = new Uint8Array();
  for (let i = 0; i < depth; i++) {
    inner = new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(inner).finish();
  }
  return inner;
}
