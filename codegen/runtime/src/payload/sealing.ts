import type { MessageHeaders } from "../connection/connection.ts";
import { headerNames } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import { type CurveKey, isPublicCurveKey, nonceOf } from "./curve-key.ts";
import { type Envelope, headerOf, type Incoming, withHeader } from "./envelope.ts";
import type { PayloadKeys } from "./payload-keys.ts";

/** The format of NATS curve keys, and the only one there is. */
const xkv1 = "xkv1";

/** What a sealed payload is tied to, so that it opens as nothing else. */
export interface Purpose {
  readonly kind: "request" | "reply" | "event";
  /** The pattern, with `*` for each parameter: subjects can be mapped on their way, it cannot. */
  readonly subject: string;
  /** Of the request that is answered: its nonce. Null for what is no answer. */
  readonly answers: Uint8Array | null;
}

/** Headers that change what a payload means. Who is in the middle could change them. */
const boundHeaders = ["encoding", "seq", "eos", "errorCode"] as const;

/** Seals a payload for `recipient`, and adds the headers that say so. */
export function seal(
  key: CurveKey,
  recipient: string,
  purpose: Purpose,
  { payload, headers }: Envelope,
): Envelope {
  const line = purposeLine(purpose, headers);
  const content = new Uint8Array(line.length + payload.length);
  content.set(line);
  content.set(payload, line.length);
  const marked = withHeader(headers, headerNames.encryption, xkv1);
  marked.set(headerNames.senderKey, key.publicKey);
  return { payload: key.seal(content, recipient), headers: marked };
}

/** Who says to have sealed a message, or null for one that is in clear or does not say. */
export function sealedBy({ headers }: Incoming): string | null {
  if (headerOf(headers, headerNames.encryption) !== xkv1) return null;
  const sender = headerOf(headers, headerNames.senderKey);
  return sender !== null && isPublicCurveKey(sender) ? sender : null;
}

/** Throws `permission_denied` for a sender that is not on the list of the receiver. */
export function checkAccepted(where: string, keys: PayloadKeys, sender: string): void {
  if (keys.accepts(sender)) return;
  throw new CharterError("permission_denied", `${where}: the key ${sender} is not accepted`);
}

/** The payload, or null for what `sender` did not seal for this key and this purpose. */
export function open(
  key: CurveKey,
  sender: string,
  purpose: Purpose,
  { data, headers }: Incoming,
): Uint8Array | null {
  const content = key.open(data, sender);
  if (content === null) return null;
  const line = purposeLine(purpose, headers);
  if (!line.every((byte, index) => content[index] === byte)) return null;
  return content.subarray(line.length);
}

/** What stands before the payload when it is sealed. No value has a space or a line break. */
function purposeLine(
  { kind, subject, answers }: Purpose,
  headers: MessageHeaders | undefined,
): Uint8Array {
  const bound = boundHeaders.map((name) => headerOf(headers, headerNames[name]) ?? "-");
  const request = answers === null ? "-" : Buffer.from(answers).toString("base64url");
  return Buffer.from(`${[kind, subject, request, ...bound].join(" ")}\n`);
}

/** What answers to a sealed message are tied to. */
export function answerTo(subject: string, request: Uint8Array): Purpose {
  return { kind: "reply", subject, answers: nonceOf(request) };
}
