import type { EventContract } from "../contract/contract.ts";
import type { Envelope } from "./envelope.ts";
import {
  clearOpener,
  keyMissing,
  type Opener,
  pack,
  refusal,
  type Terms,
  unpack,
} from "./packing.ts";
import type { PayloadKeys } from "./payload-keys.ts";
import { checkAccepted, open, type Purpose, seal, sealedBy } from "./sealing.ts";

/** Makes an event ready to travel. */
export type EventSender = (event: Envelope) => Envelope;

/**
 * For the publisher; null where events travel as they are. Throws `failed_precondition` when they
 * must be encrypted and there is no key.
 */
export function eventSender(
  contract: EventContract,
  keys: PayloadKeys | undefined,
): EventSender | null {
  const { policy } = contract;
  if (policy.encryption === null) {
    return policy.compression === null ? null : (event) => pack(policy, event);
  }
  const { module } = contract.release;
  const readers = keys?.eventKeys(module)?.publicKey;
  if (keys === undefined || readers === undefined) {
    throw keyMissing(contract.schema.typeName, `events["${module}"]`);
  }
  return (event) => seal(keys.own, readers, purposeOf(contract), pack(policy, event));
}

/**
 * For the subscriber and the consumer. Throws `failed_precondition` when events must be encrypted
 * and there is no seed; what it gives throws `data_loss`, and `permission_denied` for a key that is
 * not accepted.
 */
export function eventOpener(contract: EventContract, keys: PayloadKeys | undefined): Opener {
  const { policy, schema, release } = contract;
  const terms: Terms = { where: schema.typeName, policy, code: "data_loss" };
  if (policy.encryption === null) return clearOpener(terms);
  const seeds = keys?.eventKeys(release.module)?.open ?? [];
  if (keys === undefined || seeds.length === 0) {
    throw keyMissing(terms.where, `the seed in events["${release.module}"]`);
  }
  return (event) => {
    const sender = sealedBy(event);
    if (sender === null) throw refusal(terms, "only encrypted payloads are taken here");
    checkAccepted(terms.where, keys, sender);
    for (const seed of seeds) {
      const payload = open(seed, sender, purposeOf(contract), event);
      if (payload !== null) return unpack(terms, event, payload);
    }
    throw refusal(terms, "the payload was not sealed for the readers of this event");
  };
}

function purposeOf(contract: EventContract): Purpose {
  return { kind: "event", subject: contract.subject.wildcard, answers: null };
}
