import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** A scalar of a message, or null where it is not set, or no scalar. */
export type Scalar = string | number | bigint | boolean | null;

/** The value at a path of proto names: `meta.request_id`. Bytes are given in hex. */
export function fieldAt(desc: DescMessage, message: Message, path: string): Scalar {
  let at: ReflectMessage | undefined = reflect(desc, message);
  const names = path.split(".");
  for (const [i, name] of names.entries()) {
    const field: ReflectMessage["fields"][number] | undefined = at?.fields.find(
      (each) => each.name === name,
    );
    if (at === undefined || field === undefined) return null;
    const value: unknown = at.get(field);
    if (i === names.length - 1) return scalarOf(value);
    if (field.fieldKind !== "message" || !at.isSet(field)) return null;
    at = value as ReflectMessage;
  }
  return null;
}

function scalarOf(value: unknown): Scalar {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  const isScalar = ["string", "number", "bigint", "boolean"].includes(typeof value);
  return isScalar ? (value as Scalar) : null;
}

/** Whether a path leads to a scalar field of a type. */
export function hasField(desc: DescMessage, path: string): boolean {
  let at: DescMessage | undefined = desc;
  const names = path.split(".");
  for (const [i, name] of names.entries()) {
    const field: DescMessage["fields"][number] | undefined = at?.fields.find(
      (each) => each.name === name,
    );
    if (field === undefined) return false;
    if (i === names.length - 1) return field.fieldKind === "scalar" || field.fieldKind === "enum";
    at = field.fieldKind === "message" ? field.message : undefined;
  }
  return false;
}
