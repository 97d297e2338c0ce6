import { type DescMessage, equals, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { Guard } from "../behaviour/guard.ts";
import { variedMessages } from "../samples/messages.ts";
import { Unsatisfiable } from "../samples/values/unsatisfiable.ts";

/** A message that a participant of another release does not hand on as it was. */
export interface Harm {
  /** As small as it could be made. */
  readonly message: Message;
  /** Whether the other release cannot read it, or writes something else. */
  readonly kind: "unreadable" | "changed";
}

/** The same messages for the same schemas. */
const seed = 7;

/**
 * Looks for a message that is harmed by passing through a participant of another release, which
 * decodes it and encodes it again: fields that it does not know must be kept, and those that it knows
 * must mean the same. Null when none of `runs` was.
 *
 * @param through the same type in the other release
 */
export function harmedInPassing(
  { generator }: Guard,
  desc: DescMessage,
  through: DescMessage,
  runs: number,
): Harm | null {
  try {
    const details = fc.check(
      fc.property(
        variedMessages(generator, desc),
        (message) => harmTo(desc, through, message) === null,
      ),
      { seed, numRuns: runs },
    );
    const message = details.counterexample?.[0];
    const kind = message === undefined ? null : harmTo(desc, through, message);
    return message === undefined || kind === null ? null : { message, kind };
  } catch (error) {
    if (error instanceof Unsatisfiable) return null;
    throw error;
  }
}

function harmTo(desc: DescMessage, through: DescMessage, message: Message): Harm["kind"] | null {
  const sent = toBinary(desc, message);
  let back: Message;
  try {
    back = fromBinary(desc, toBinary(through, fromBinary(through, sent)));
  } catch {
    return "unreadable";
  }
  // A NaN is never equal to itself, and its bytes are.
  return equals(desc, message, back) || isSame(sent, toBinary(desc, back)) ? null : "changed";
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
