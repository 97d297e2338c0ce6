import { clone, type DescMessage, getOption, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { sensitive } from "../../registry/core/gen/charter/nats/v1/binding_pb.js";

/**
 * Strings that services have accepted or answered, by the name of their field. A service with a
 * memory refuses random ids as not found; with these, its reads can succeed.
 */
export interface KnownValues {
  learn(desc: DescMessage, message: Message): void;
  /** A copy with known values where there are any, each time others; null when there are none. */
  use(desc: DescMessage, message: Message): Message | null;
}

/** They name an attempt, not a thing: used again, they would ask for the first answer once more. */
const attempts = new Set(["request_id", "idempotency_key"]);
/** Newer values push out older ones, which may be deleted by now. */
const mostPerName = 64;

export function createKnownValues(): KnownValues {
  const values = new Map<string, string[]>();
  let uses = 0;
  return {
    learn(desc, message) {
      visit(reflect(desc, message), (name, value) => {
        if (value !== "")
          values.set(name, [...(values.get(name) ?? []), value].slice(-mostPerName));
        return null;
      });
    },
    use(desc, message) {
      uses++;
      const copy = clone(desc, message);
      let isChanged = false;
      visit(reflect(desc, copy), (name) => {
        const choices = values.get(name) ?? [];
        const choice = choices[choices.length - 1 - (uses % choices.length)];
        if (choice !== undefined) isChanged = true;
        return choice ?? null;
      });
      return isChanged ? copy : null;
    },
  };
}

/** Offers each single string field that is set, and writes what is given for it. */
function visit(
  message: ReflectMessage,
  offer: (name: string, value: string) => string | null,
): void {
  for (const field of message.fields) {
    if (!message.isSet(field) || getOption(field, sensitive) || attempts.has(field.name)) continue;
    const value = message.get(field);
    if (field.fieldKind === "message") visit(value as ReflectMessage, offer);
    if (field.fieldKind !== "scalar" || typeof value !== "string") continue;
    const replacement = offer(field.name, value);
    if (replacement !== null) message.set(field, replacement);
  }
}
