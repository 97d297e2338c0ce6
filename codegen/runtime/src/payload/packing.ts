import { headerNames } from "../connection/headers.ts";
import type { PayloadPolicy } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { CharterErrorCode } from "../errors/codes.ts";
import { compress, decompress } from "./compression.ts";
import { type Envelope, headerOf, type Incoming, withHeader } from "./envelope.ts";

/** Gives the payload of a received message as its sender had it. Throws a `CharterError`. */
export type Opener = (message: Incoming) => Uint8Array;

/** What the two ends of a binding agree on. */
export interface Terms {
  /** An rpc or a message type, for errors. */
  readonly where: string;
  readonly policy: PayloadPolicy;
  /** What a payload that cannot be opened is. */
  readonly code: CharterErrorCode;
}

/** Compresses what the policy allows to, where it helps. */
export function pack({ compression }: PayloadPolicy, envelope: Envelope): Envelope {
  if (compression === null) return envelope;
  const payload = compress(envelope.payload);
  if (payload === null) return envelope;
  return { payload, headers: withHeader(envelope.headers, headerNames.encoding, compression) };
}

/** The other way. `payload` is that of `message`, or what was sealed in it. */
export function unpack(terms: Terms, message: Incoming, payload: Uint8Array): Uint8Array {
  const encoding = headerOf(message.headers, headerNames.encoding);
  if (encoding === null) return payload;
  if (encoding !== terms.policy.compression) {
    throw refusal(terms, `the contract does not allow the ${headerNames.encoding} of the payload`);
  }
  try {
    return decompress(payload);
  } catch (cause) {
    throw refusal(terms, "the payload cannot be decompressed", cause);
  }
}

/** For payloads that are never sealed. */
export function clearOpener(terms: Terms): Opener {
  return (message) => {
    if (message.headers === undefined) return message.data;
    if (message.headers.has(headerNames.encryption)) {
      throw refusal(terms, "the payload is encrypted, which the contract does not know of");
    }
    return unpack(terms, message, message.data);
  };
}

export function refusal({ where, code }: Terms, text: string, cause?: unknown): CharterError {
  return new CharterError(code, `${where}: ${text}`, cause === undefined ? {} : { cause });
}

/** What somebody without the keys of an encrypted binding is told. */
export function keyMissing(where: string, entry: string): CharterError {
  return new CharterError(
    "failed_precondition",
    `${where} must be encrypted, and ${entry} of the payload keys is missing; ` +
      "give keys: payloadKeys({ … }) with the options",
  );
}
