import { clone, type DescMessage, getOption, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { sensitive } from "../../registry/core/gen/charter/nats/v1/binding_pb.js";
import type { FailureDetail } from "./report.ts";

/**
 * Strings that services have accepted or answered, by the name of their field. A service with a
 * memory refuses random ids as not found; with these, its reads can succeed.
 */
export interface KnownValues {
  /** @param origin whether the run made the message, or a service sent it, as without it */
  learn(desc: DescMessage, message: Message, origin?: "made" | "received"): void;
  /** A copy with known values where there are any, each time others; null when there are none. */
  use(desc: DescMessage, message: Message): Message | null;
  /** A finding whose `failure` shows no known value of a sensitive field: those are for services. */
  conceal<F extends object>(finding: F): F;
}

/** They name an attempt, not a thing: used again, they would ask for the first answer once more. */
const attempts = new Set(["request_id", "idempotency_key"]);
/** Newer values push out older ones, which may be deleted by now. */
const mostPerName = 64;

export function createKnownValues(): KnownValues {
  const values = new Map<string, string[]>();
  const secrets = new Set<string>();
  let uses = 0;
  return {
    learn(desc, message, origin = "received") {
      visit(reflect(desc, message), (name, value, isSecret) => {
        if (value === "") return null;
        values.set(name, [...(values.get(name) ?? []), value].slice(-mostPerName));
        if (isSecret && origin === "received") secrets.add(value);
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
    conceal(finding) {
      const { failure } = finding as { readonly failure?: FailureDetail };
      if (failure === undefined) return finding;
      const message = withoutSecrets(failure.message, secrets);
      const nearest = withoutSecrets(failure.nearest, secrets);
      // Its bytes hold them too.
      const hex = message === failure.message ? failure.hex : "";
      return { ...finding, failure: { ...failure, message, nearest, hex } };
    },
  };
}

/** A JSON value with a word in place of each secret; the same value where there is none. */
function withoutSecrets(value: unknown, secrets: ReadonlySet<string>): unknown {
  if (typeof value === "string") return secrets.has(value) ? "(sensitive)" : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutSecrets(item, secrets));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  const entries = Object.entries(value);
  const changed = entries.map(([name, each]) => [name, withoutSecrets(each, secrets)] as const);
  return changed.every(([, each], i) => each === entries[i]?.[1])
    ? value
    : Object.fromEntries(changed);
}

/** Offers each single string field that is set, and writes what is given for it. */
function visit(
  message: ReflectMessage,
  offer: (name: string, value: string, isSecret: boolean) => string | null,
  isInSecret = false,
): void {
  for (const field of message.fields) {
    if (!message.isSet(field) || attempts.has(field.name)) continue;
    const value = message.get(field);
    const isSecret = isInSecret || getOption(field, sensitive);
    if (field.fieldKind === "message") visit(value as ReflectMessage, offer, isSecret);
    if (field.fieldKind !== "scalar" || typeof value !== "string") continue;
    const replacement = offer(field.name, value, isSecret);
    if (replacement !== null) message.set(field, replacement);
  }
}
