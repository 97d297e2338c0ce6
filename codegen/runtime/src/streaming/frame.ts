import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { NatsMessage } from "../connection/connection.ts";
import { headerNames } from "../connection/headers.ts";
import type { StreamingContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { readErrorReply } from "../errors/error-reply.ts";
import { headerOf } from "../payload/envelope.ts";

/** Every streaming rpc, whatever its messages are. */
export type AnyStreaming = StreamingContract<DescMessage, DescMessage>;

/** What one message says to the reader of frames. */
export type Received =
  | {
      readonly kind: "frame";
      readonly seq: number;
      readonly payload: Uint8Array;
      /** What the service says of where it listens. Nobody has checked it yet. */
      readonly control: string | null;
    }
  | { readonly kind: "end"; readonly count: number }
  | { readonly kind: "error"; readonly error: CharterError };

/**
 * Reads a message by its headers. `payload` is what was in it when it was sent. Throws `data_loss`
 * for what no service may send.
 */
export function readReceived(message: NatsMessage, payload: Uint8Array): Received {
  const { headers } = message;
  const error = readErrorReply(message, payload);
  if (error !== null) return { kind: "error", error };
  const eos = headerOf(headers, headerNames.eos);
  if (eos !== null) {
    if (payload.length > 0) throw new CharterError("data_loss", "the end has a payload");
    return { kind: "end", count: numberIn(headerNames.eos, eos) };
  }
  const seq = numberIn(headerNames.seq, headerOf(headers, headerNames.seq));
  return { kind: "frame", seq, payload, control: headerOf(headers, headerNames.control) };
}

function numberIn(header: string, text: string | null): number {
  if (text !== null && /^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new CharterError("data_loss", `a frame must have a number in ${header}`);
}

/** Whether the server itself says that nobody listens. */
export function isNoResponders({ headers, data }: NatsMessage): boolean {
  return headers?.code === 503 && data.length === 0;
}

/** The payload of a frame, before it is made ready to travel. Throws for what is no such message. */
export function encodeFrame(
  { output, rpc }: AnyStreaming,
  frame: MessageInitShape<DescMessage>,
): Uint8Array {
  try {
    // `create` makes an empty message of nothing, which would hide a forgotten value.
    if (typeof frame !== "object") throw new TypeError(`expected an object, not ${typeof frame}`);
    return toBinary(output, create(output, frame));
  } catch (error) {
    throw new Error(`the handler of ${rpc} gave no ${output.typeName}`, { cause: error });
  }
}
