import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import type { NatsMessage } from "../connection/connection.ts";
import { CharterError } from "../errors/charter-error.ts";
import { contextOf, type EventContext } from "../events/event-message.ts";

/** What comes with an event that is replayed. */
export interface ReplayContext extends EventContext {
  /** The event's place in its stream. */
  readonly sequence: number;
  /** When the stream took the event. */
  readonly timestamp: Date;
  /** How many of the events that are asked for come after it; 0 for the newest. */
  readonly remaining: number;
}

export interface ReplayedEvent<Desc extends DescMessage> {
  readonly message: MessageShape<Desc>;
  readonly context: ReplayContext;
}

export interface ReplayStats {
  /** All that came. */
  readonly received: number;
  /** Those that did not decode, broke a rule, or did not agree with their subject. */
  readonly refused: number;
  /** Those that the handler threw at. */
  readonly failed: number;
}

/** The events of an ordered consumer, as they are read. */
export class ReplayedEvents implements AsyncIterable<ReplayedEvent<DescMessage>> {
  readonly caughtUp: Promise<void>;
  readonly counts = { received: 0, refused: 0, failed: 0 };
  readonly #consumer: Consumer;
  readonly #messages: ConsumerMessages;
  readonly #read: (received: NatsMessage) => MessageShape<DescMessage>;
  readonly #onError: (error: unknown, context: EventContext) => void;
  #sayCaughtUp: () => void = () => {};
  #sayEnded: (reason: CharterError) => void = () => {};
  #ended = false;
  #idle = true;

  /** @param kept how many events there were when the consumer was made */
  constructor(
    consumer: Consumer,
    messages: ConsumerMessages,
    kept: number,
    read: (received: NatsMessage) => MessageShape<DescMessage>,
    onError: (error: unknown, context: EventContext) => void,
  ) {
    this.#consumer = consumer;
    this.#messages = messages;
    this.#read = read;
    this.#onError = onError;
    this.caughtUp = new Promise((resolve, reject) => {
      this.#sayCaughtUp = resolve;
      this.#sayEnded = reject;
    });
    // Who does not ask need not hear.
    this.caughtUp.catch(() => {});
    if (kept === 0) this.#sayCaughtUp();
    else void this.#watch();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReplayedEvent<DescMessage>, void> {
    try {
      for await (const received of this.#messages) {
        if (this.#ended) return;
        this.#idle = false;
        const event = this.#eventOf(received);
        if (event !== null) yield event;
        this.#idle = true;
        if (received.info.pending === 0) this.#sayCaughtUp();
      }
    } finally {
      this.end();
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#messages.stop();
    // The server does it by itself five minutes later.
    this.#consumer.delete().catch(() => {});
    this.#sayEnded(new CharterError("canceled", "the replay ended before it had caught up"));
  }

  #eventOf(received: JsMsg): ReplayedEvent<DescMessage> | null {
    this.counts.received += 1;
    const message = received as NatsMessage;
    const context = { ...contextOf(message), ...placeOf(received) };
    try {
      return { message: this.#read(message), context };
    } catch (error) {
      this.counts.refused += 1;
      this.#onError(error, context);
      return null;
    }
  }

  /** The newest events may have gone before they came; the server shows that it has no more. */
  async #watch(): Promise<void> {
    for await (const { type } of this.#messages.status()) {
      if (type === "heartbeat" && this.#idle) this.#sayCaughtUp();
    }
  }
}

function placeOf({ seq, time, info }: JsMsg) {
  return { sequence: seq, timestamp: time, remaining: info.pending };
}
