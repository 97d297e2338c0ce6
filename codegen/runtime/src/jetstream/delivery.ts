import type { NatsMessage } from "../connection/connection.ts";

/** What the server says of one delivery of an event, in the subject that takes the answer. */
export interface Delivery {
  readonly reply: string;
  readonly stream: string;
  readonly consumer: string;
  /** How often the server has sent the event to this consumer, this time included. */
  readonly count: number;
  /** The event's place in the stream. */
  readonly sequence: number;
  /** When the stream took it, in nanoseconds since 1970. */
  readonly takenAt: bigint;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<count>.<sequence>.<consumer sequence>.<time>.<pending>`, or the
 * form with `<domain>.<account>` before the stream that servers from 2.14 on may use. Null for a
 * message that no stream sent.
 */
export function readDelivery({ reply = "" }: NatsMessage): Delivery | null {
  const tokens = reply.split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK" || tokens.length < 9) return null;
  const [stream, consumer, count, sequence, , time] = tokens.slice(tokens.length > 9 ? 4 : 2);
  return {
    reply,
    stream: stream ?? "",
    consumer: consumer ?? "",
    count: Number(count),
    sequence: Number(sequence),
    takenAt: BigInt(time ?? 0),
  };
}

const encoder = new TextEncoder();

/** What a consumer answers to a delivery. */
export const answers = {
  /** It is handled. */
  ack: encoder.encode("+ACK"),
  /** It never will be. */
  term: encoder.encode("+TERM"),
  /** It is still in hand. */
  working: encoder.encode("+WPI"),
  /**
   * It should be sent again, after a while. Never at once: nats-server 2.9.10 forgets the one that is
   * next, until its ack_wait has passed, when nobody asks for it at that moment.
   */
  nak: (delayMs: number) =>
    encoder.encode(`-NAK ${JSON.stringify({ delay: Math.ceil(delayMs * 1e6) })}`),
};
