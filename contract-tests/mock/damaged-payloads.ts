import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import type { Generator } from "../../registry/core/samples/messages.ts";
import { classify } from "../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../registry/core/samples/values/unsatisfiable.ts";

/** Payloads that are not what their subject promises. */
export interface DamagedPayloads {
  readonly malformed: Uint8Array;
  /** Null where every other type of the module happens to be a valid message of this one. */
  readonly wrongType: Uint8Array | null;
  /** Whether a message of the type can hold an enum at all. */
  readonly hasEnum: boolean;
  /** A payload with an unknown number in an enum field; null where there is no such field. */
  unknownEnum(payload: Uint8Array): Uint8Array | null;
}

/**
 * The field with the highest number, which nobody declares, with four gigabytes to come: no message
 * of any type. A declared field could be read as a number, whatever its bytes say that it is.
 */
const endless = new Uint8Array([0xfa, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f]);

/** @param others types whose messages are sent in place of the type's own */
export function damagedPayloads(
  generator: Generator,
  desc: DescMessage,
  others: readonly DescMessage[],
  seed: number,
): DamagedPayloads {
  return {
    malformed: endless,
    wrongType: messageOfAnother(generator, desc, others, seed),
    hasEnum: holdsEnum(desc, new Set()),
    unknownEnum(payload) {
      try {
        const message = fromBinary(desc, payload);
        return setUnknown(reflect(desc, message)) ? toBinary(desc, message) : null;
      } catch {
        // Made smaller for the way: what does not decode here has no enum to change.
        return null;
      }
    },
  };
}

/** Rather one that does not decode, which every client notices, than one that breaks rules. */
function messageOfAnother(
  { schema, messages }: Generator,
  desc: DescMessage,
  others: readonly DescMessage[],
  seed: number,
): Uint8Array | null {
  let invalid: Uint8Array | null = null;
  for (const other of others) {
    if (other.typeName === desc.typeName) continue;
    for (const message of samplesOf(() => messages(other, "full"), seed)) {
      const payload = toBinary(other, message);
      const { kind } = classify(schema, desc, payload);
      if (kind === "undecodable") return payload;
      if (kind === "invalid") invalid ??= payload;
    }
  }
  return invalid;
}

function samplesOf(messages: () => fc.Arbitrary<Message>, seed: number): readonly Message[] {
  try {
    return fc.sample(messages(), { numRuns: 3, seed });
  } catch (error) {
    if (error instanceof Unsatisfiable) return [];
    throw error;
  }
}

function holdsEnum(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return desc.fields.some((field) => {
    if (field.fieldKind === "enum") return true;
    const inside = field.fieldKind === "message" || field.fieldKind === "list";
    return inside && field.message !== undefined && holdsEnum(field.message, seen);
  });
}

/** Sets an enum field to a number without a name: one of the message itself, or the first inside. */
function setUnknown(message: ReflectMessage): boolean {
  const own = message.fields.find((field) => field.fieldKind === "enum");
  if (own !== undefined) {
    message.set(own, 1 + Math.max(...own.enum.values.map((value) => value.number)));
    return true;
  }
  return message.fields.some((field) => {
    if (!message.isSet(field)) return false;
    if (field.fieldKind === "message") return setUnknown(message.get(field));
    if (field.fieldKind !== "list" || field.listKind !== "message") return false;
    return [...message.get(field)].some((item) => setUnknown(item as ReflectMessage));
  });
}
