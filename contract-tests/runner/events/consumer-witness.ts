import { fromBinary } from "@bufbuild/protobuf";
import type { Msg, Subscription } from "@nats-io/nats-core";
import { DeadLetterSchema } from "../../../registry/core/gen/charter/nats/v1/dead_letter_pb.js";
import { readHeaders } from "../calls/request-once.ts";
import type { EventBench } from "../laws/law.ts";
import type { KeepingStream } from "./keeping-stream.ts";

/** What a consumer did with one event. */
export interface Outcome {
  readonly kind: /** It is done with it. */
    | "acknowledged"
    /** It will never be done with it, and said so. */
    | "terminated"
    /** It asked for it again and again. */
    | "asked-again"
    /** The server has sent it as often as it may, and gives up without anybody's decision. */
    | "exhausted"
    /** It said nothing. */
    | "silent";
  readonly isDeadLettered: boolean;
  /** How often it was asked for again. */
  readonly naks: number;
}

/** Sees what consumers answer, without asking them or the server. */
export interface Witness {
  /** Resolves as soon as `isEnough` says so of what was seen, or after that many milliseconds. */
  outcome(
    consumer: string,
    sequence: number,
    withinMs: number,
    isEnough?: (outcome: Outcome) => boolean,
  ): Promise<Outcome>;
  /** Why it could see nothing, or null. */
  refusal(): string | null;
  stop(): void;
}

interface Seen {
  isAcknowledged: boolean;
  isTerminated: boolean;
  isExhausted: boolean;
  isDeadLettered: boolean;
  naks: number;
}

/** Who asks for an event so often will ask for ever, or until the server gives up. */
const naksOfALoop = 3;
/** Other events than the probes pass by as well. */
const mostSeen = 4096;

/**
 * Watches the consumers of a stream: acknowledgements are messages on `$JS.ACK`, and what the server
 * decides comes as an advisory.
 */
export async function watchConsumers(
  { nc, calls, binding: { deadLetterSubject } }: EventBench,
  { name: stream }: KeepingStream,
): Promise<Witness> {
  const seen = new Map<string, Seen>();
  let refusal: string | null = null;
  const waiting = new Set<() => void>();
  const at = (consumer: string, sequence: number): Seen => {
    const key = `${consumer} ${sequence}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const [oldest] = seen.keys();
    if (seen.size >= mostSeen && oldest !== undefined) seen.delete(oldest);
    const made = {
      isAcknowledged: false,
      isTerminated: false,
      isExhausted: false,
      isDeadLettered: false,
      naks: 0,
    };
    seen.set(key, made);
    return made;
  };
  const listen = (subject: string, each: (message: Msg) => void): Subscription =>
    nc.subscribe(subject, {
      callback(error, message) {
        if (error !== null) {
          refusal = `the connection may not listen to ${subject}, where consumers answer: ${error.message.slice(0, 200)}`;
        } else {
          calls.trace.received(message.subject, message.data, readHeaders(message).headers);
          each(message);
        }
        for (const look of waiting) look();
      },
    });
  const advisory = "$JS.EVENT.ADVISORY.CONSUMER";
  const subscriptions = [
    // From 2.14 on, a domain and an account may stand before the stream.
    listen(`$JS.ACK.${stream}.>`, (message) => noteAnswer(at, message, 2)),
    listen(`$JS.ACK.*.*.${stream}.>`, (message) => noteAnswer(at, message, 4)),
    listen(`${advisory}.MSG_TERMINATED.${stream}.*`, (message) => {
      noteAdvisory(at, message, "isTerminated");
    }),
    listen(`${advisory}.MAX_DELIVERIES.${stream}.*`, (message) => {
      noteAdvisory(at, message, "isExhausted");
    }),
    ...(deadLetterSubject === null
      ? []
      : [listen(deadLetterSubject, (message) => noteDeadLetter(at, message, stream))]),
  ];
  await nc.flush();
  return {
    outcome: (consumer, sequence, withinMs, isEnough = isSettled) =>
      new Promise((resolve) => {
        const one = at(consumer, sequence);
        const timer = setTimeout(end, withinMs);
        function end() {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(outcomeOf(one));
        }
        function look() {
          if (isEnough(outcomeOf(one))) end();
        }
        waiting.add(look);
        look();
      }),
    refusal: () => refusal,
    stop() {
      for (const each of subscriptions) each.unsubscribe();
    },
  };
}

type At = (consumer: string, sequence: number) => Seen;

/** `$JS.ACK.<stream>.<consumer>.<count>.<sequence>.…` */
function noteAnswer(at: At, { subject, data }: Msg, streamAt: 2 | 4): void {
  const tokens = subject.split(".");
  if (streamAt === 2 ? tokens.length !== 9 : tokens.length < 11) return;
  const [, consumer = "", , sequence] = tokens.slice(streamAt);
  const one = at(consumer, Number(sequence));
  const answer = new TextDecoder().decode(data.slice(0, 8));
  if (answer === "" || answer.startsWith("+ACK") || answer.startsWith("+NXT")) {
    one.isAcknowledged = true;
  } else if (answer.startsWith("+TERM")) one.isTerminated = true;
  else if (answer.startsWith("-NAK")) one.naks++;
}

function noteAdvisory(at: At, { data }: Msg, what: "isTerminated" | "isExhausted"): void {
  const said = parsed(data);
  if (typeof said.consumer !== "string" || typeof said.stream_seq !== "number") return;
  at(said.consumer, said.stream_seq)[what] = true;
}

function parsed(data: Uint8Array): { readonly consumer?: unknown; readonly stream_seq?: unknown } {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function noteDeadLetter(at: At, { data }: Msg, stream: string): void {
  try {
    const letter = fromBinary(DeadLetterSchema, data);
    if (letter.stream === stream) {
      at(letter.consumer, Number(letter.sequence)).isDeadLettered = true;
    }
  } catch {
    // Whatever else travels there is no dead letter of an event under test.
  }
}

function isSettled({ kind }: Outcome): boolean {
  return kind !== "silent";
}

function outcomeOf(one: Seen): Outcome {
  const { isDeadLettered, naks } = one;
  const kind = one.isTerminated
    ? "terminated"
    : one.isAcknowledged
      ? "acknowledged"
      : one.isExhausted
        ? "exhausted"
        : naks >= naksOfALoop
          ? "asked-again"
          : "silent";
  return { kind, isDeadLettered, naks };
}
