import { type DescMessage, equals, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";

/** What a participant of another release makes of a message that it hands on. */
export type PassingHarm =
  /** It cannot decode it, or not encode it again. */
  | { readonly kind: "unreadable" }
  /** What comes out, as its sender reads it. */
  | { readonly kind: "changed"; readonly message: Message };

/**
 * The harm to a message that another release decodes and encodes again: fields that it does not know
 * must be kept, and those that it knows must mean the same. Null when the message is unharmed.
 *
 * @param through the same type in the other release
 */
export function harmTo(
  desc: DescMessage,
  through: DescMessage,
  message: Message,
): PassingHarm | null {
  let sent: Uint8Array;
  try {
    sent = toBinary(desc, message);
  } catch {
    // Without a required field nobody can send it.
    return null;
  }
  let back: Message;
  try {
    back = fromBinary(desc, toBinary(through, fromBinary(through, sent)));
  } catch {
    return { kind: "unreadable" };
  }
  // A NaN is never equal to itself, and its bytes are.
  const isUnharmed = equals(desc, message, back) || isSame(sent, toBinary(desc, back));
  return isUnharmed ? null : { kind: "changed", message: back };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
