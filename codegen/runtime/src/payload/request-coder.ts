import { createHeaders, headerNames } from "../connection/headers.ts";
import type { MethodContract } from "../contract/contract.ts";
import { type Envelope, headerOf, type Incoming } from "./envelope.ts";
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
import { answerTo, checkAccepted, open, type Purpose, seal, sealedBy } from "./sealing.ts";

// What requests, replies and frames go through: WIRE, "Compression and encryption". It is decided
// once for an rpc. Where its payloads travel as they are there is no sender and no receiver, and
// `clearOpener` reads what comes.
//
// The caller: `sender({ payload, headers })` gives what to send, and `openReply` for everything that
// comes back. The service: `receiver(message)` gives `open()`, and `answer({ payload, headers })`
// for everything that it sends back. Headers that change what a payload means, such as
// `Charter-Seq`, must be there before: they are sealed with it.

/**
 * Makes a request ready to travel; once for each attempt. Throws `failed_precondition` when the
 * payload must be encrypted and there is no key.
 */
export type RequestSender = (request: Envelope) => SentRequest;

export interface SentRequest extends Envelope {
  /** The payload of a reply, an error reply, a frame or an end. Throws `data_loss`. */
  readonly openReply: Opener;
}

/** Takes a request. */
export type RequestReceiver = (request: Incoming) => ReceivedRequest;

export interface ReceivedRequest {
  /** The payload. Throws `invalid_argument`, and `permission_denied` for a key that is not accepted. */
  readonly open: () => Uint8Array;
  /** Makes a reply, an error reply, a frame or an end ready to travel, also when `open` threw. */
  readonly answer: (answer: Envelope) => Envelope;
}

type Method = Pick<MethodContract, "rpc" | "subject" | "policy">;

/** For the caller of an rpc of `module`; null where requests travel as they are. */
export function requestSender(
  { rpc, subject, policy }: Method,
  module: string,
  keys: PayloadKeys | undefined,
): RequestSender | null {
  const terms: Terms = { where: rpc, policy, code: "data_loss" };
  if (policy.encryption === null) {
    if (policy.compression === null) return null;
    const openReply = clearOpener(terms);
    return (request) => ({ ...pack(policy, request), openReply });
  }
  return (request) => {
    const service = keys?.serviceKey(module);
    if (keys === undefined || service === undefined) throw keyMissing(rpc, `services["${module}"]`);
    const purpose: Purpose = { kind: "request", subject: subject.wildcard, answers: null };
    const sent = seal(keys.own, service, purpose, pack(policy, request));
    const answer = answerTo(subject.wildcard, sent.payload);
    return { ...sent, openReply: (reply) => openReply(terms, keys, service, answer, reply) };
  };
}

function openReply(
  terms: Terms,
  keys: PayloadKeys,
  service: string,
  purpose: Purpose,
  reply: Incoming,
): Uint8Array {
  if (sealedBy(reply) === null) {
    // Anybody who can reach the inbox can write it, so its code is nothing to act upon.
    const status = headerOf(reply.headers, headerNames.errorCode);
    throw refusal(
      terms,
      `the answer came in clear${status === null ? "" : `, as error ${status}`}`,
    );
  }
  // Whoever knows the public key of the caller can seal for it, but not with the service's key.
  const payload = open(keys.own, service, purpose, reply);
  if (payload === null) {
    throw refusal(terms, "the answer is not sealed by the service that was asked");
  }
  return unpack(terms, reply, payload);
}

/**
 * For the service; null where requests travel as they are. Throws `failed_precondition` when they
 * must be encrypted and there are no keys.
 */
export function requestReceiver(
  { rpc, subject, policy }: Method,
  keys: PayloadKeys | undefined,
): RequestReceiver | null {
  const terms: Terms = { where: rpc, policy, code: "invalid_argument" };
  if (policy.encryption === null) {
    if (policy.compression === null) return null;
    const opener = clearOpener(terms);
    return (request) => ({
      open: () => opener(request),
      answer: (envelope) => pack(policy, envelope),
    });
  }
  if (keys === undefined) throw keyMissing(rpc, "own");
  return (request) => receiveSealed(terms, keys, subject.wildcard, request);
}

function receiveSealed(
  terms: Terms,
  keys: PayloadKeys,
  subject: string,
  request: Incoming,
): ReceivedRequest {
  const sender = sealedBy(request);
  let used = keys.own;
  return {
    open() {
      if (sender === null) throw refusal(terms, onlySealed);
      checkAccepted(terms.where, keys, sender);
      const purpose: Purpose = { kind: "request", subject, answers: null };
      for (const key of keys.requestKeys) {
        const payload = open(key, sender, purpose, request);
        if (payload === null) continue;
        used = key;
        return unpack(terms, request, payload);
      }
      throw refusal(terms, "the payload was not sealed for this service and this rpc");
    },
    answer(envelope) {
      if (sender === null) return clearRefusal(envelope);
      const answer = pack(terms.policy, withoutText(envelope));
      return seal(used, sender, answerTo(subject, request.data), answer);
    },
  };
}

const onlySealed = "only encrypted payloads are taken here";

/** The text of an error can tell what the request held; its payload is sealed, a header is not. */
function withoutText({ payload, headers }: Envelope): Envelope {
  if (headers === undefined || !headers.has(headerNames.errorText)) return { payload, headers };
  const kept = headers.keys().filter((name) => name !== headerNames.errorText);
  return {
    payload,
    headers: createHeaders(Object.fromEntries(kept.map((name) => [name, headers.get(name)]))),
  };
}

/** Who sent in clear has no key to seal for, and gets the status alone. */
function clearRefusal({ headers }: Envelope): Envelope {
  return {
    payload: new Uint8Array(),
    headers: createHeaders({
      [headerNames.errorCode]: headerOf(headers, headerNames.errorCode) ?? "500",
      [headerNames.errorText]: onlySealed,
    }),
  };
}
