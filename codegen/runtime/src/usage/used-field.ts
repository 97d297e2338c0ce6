import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";

/** A field that a consumer reads or sets. */
export interface UsedField {
  /** In proto names, through lists and maps: `actions.move.destination`. */
  readonly path: string;
  /** The numbers of the same fields, which are what travels. */
  readonly numbers: readonly number[];
  /** As a `.proto` writes it, with full names: `repeated acme.shop.v1.Item`, `map<string, double>`. */
  readonly type: string;
}

/** Sees a field that is read or set. */
export type OnUse = (field: UsedField) => void;

/** Deeper paths of a type that is within itself say nothing new. */
const deepest = 16;

/** @param parent the field that holds the message, or null for a field of the message that travels */
export function usedField(parent: UsedField | null, field: DescField): UsedField {
  return {
    path: parent === null ? field.name : `${parent.path}.${field.name}`,
    numbers: [...(parent?.numbers ?? []), field.number],
    type: typeText(field),
  };
}

/** The type of the messages in a field, or null where it has none whose fields are told. */
export function innerType({ message }: DescField, { numbers }: UsedField): DescMessage | null {
  return message === undefined || numbers.length >= deepest ? null : message;
}

/** Wrappers and google.protobuf.Struct are plain values in TypeScript, although their fields hold messages. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

function typeText(field: DescField): string {
  switch (field.fieldKind) {
    case "scalar":
      return scalarText(field.scalar);
    case "enum":
      return field.enum.typeName;
    case "message":
      return field.message.typeName;
    case "list":
      return `repeated ${elementText(field)}`;
    case "map":
      return `map<${scalarText(field.mapKey)}, ${elementText(field)}>`;
  }
}

function elementText({ message, enum: enumeration, scalar }: DescField): string {
  return message?.typeName ?? enumeration?.typeName ?? scalarText(scalar ?? ScalarType.BYTES);
}

function scalarText(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}
