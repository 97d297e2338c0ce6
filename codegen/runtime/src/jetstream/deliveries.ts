import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import { backOff } from "../connection/back-off.ts";
import type { NatsMessage } from "../connection/connection.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import type { EventContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { contextOf, type EventContext, eventReader } from "../events/event-message.ts";
import type { PayloadKeys } from "../payload/payload-keys.ts";
import { publishDeadLetter } from "./dead-letter.ts";
import { answers, type Delivery, readDelivery } from "./delivery.ts";
import { HandledEvents } from "./handled-events.ts";

/** What comes with an event of a stream. */
export interface DeliveryContext extends EventContext {
  /** The event's place in its stream. */
  readonly sequence: number;
  /** How often the event was sent to this consumer, this time included. */
  readonly deliveries: number;
  /** When the stream took the event. */
  readonly timestamp: Date;
}

/** Handles one event. It is acknowledged when this returns or resolves. */
export type DeliveryHandler<Desc extends DescMessage> = (
  message: MessageShape<Desc>,
  context: DeliveryContext,
) => void | Promise<void>;

export interface DeliveryOptions {
  /** For events whose contract demands encryption. */
  readonly keys?: PayloadKeys | undefined;
  /** How many events may be in hand at once. 1 without it: one after the other, in order. */
  readonly concurrency?: number | undefined;
  /** How often an event is tried before it is given up. 5 without it. */
  readonly maxDeliveries?: number | undefined;
  /** How long an event rests after its first failure, in milliseconds; 1000 without it. It doubles. */
  readonly retryMs?: number | undefined;
  /** Sees events that break their contract, exceptions of the handler, and what NATS refuses. */
  readonly onError?: ((error: unknown, context: EventContext) => void) | undefined;
}

export interface ConsumptionStats {
  /** All deliveries. */
  readonly received: number;
  /** Events that the handler has done. */
  readonly handled: number;
  /** Deliveries that did not decode, broke a rule, or did not agree with their subject. */
  readonly refused: number;
  /** Deliveries that the handler threw at. */
  readonly failed: number;
  /** Deliveries of what was in hand already, or handled. The handler did not see them. */
  readonly repeated: number;
  /** Events that will not be tried again; their dead letters are kept where the contract has any. */
  readonly givenUp: number;
}

/** An event that is waiting or being handled. A repeated delivery replaces the one before. */
interface Held {
  readonly received: NatsMessage;
  delivery: Delivery;
}

/** How many events wait here for their turn, so that no round trip lies between two. */
const ahead = 16;
const longestRetryMs = 60_000;

/** The deliveries of a durable consumer, from their arrival to the answer. */
export class Deliveries {
  readonly #nc: NatsConnection;
  readonly #contract: EventContract;
  readonly #handler: DeliveryHandler<DescMessage>;
  readonly #read: (received: NatsMessage) => MessageShape<DescMessage>;
  readonly #onError: (error: unknown, context: EventContext) => void;
  readonly #onRoom: () => void;
  readonly #concurrency: number;
  readonly #maxDeliveries: number;
  readonly #retryMs: number;
  readonly #extending: NodeJS.Timeout;
  readonly #held = new Map<number, Held>();
  readonly #waiting: Held[] = [];
  readonly #handled = new HandledEvents();
  readonly #counts = { received: 0, handled: 0, refused: 0, failed: 0, repeated: 0, givenUp: 0 };
  #running = 0;
  #stopping = false;
  #onIdle: () => void = () => {};

  /**
   * @param extendMs how often the server hears that an event is still in hand
   * @param onRoom hears that `room` may have grown
   */
  constructor(
    nc: NatsConnection,
    contract: EventContract,
    handler: DeliveryHandler<DescMessage>,
    options: DeliveryOptions & {
      onError: (error: unknown, context: EventContext) => void;
      onRoom: () => void;
      extendMs: number;
    },
  ) {
    this.#nc = nc;
    this.#contract = contract;
    this.#handler = handler;
    this.#read = eventReader(contract, options.keys);
    this.#onError = options.onError;
    this.#onRoom = options.onRoom;
    this.#concurrency = options.concurrency ?? 1;
    this.#maxDeliveries = options.maxDeliveries ?? 5;
    this.#retryMs = options.retryMs ?? 1000;
    this.#extending = setInterval(() => {
      if (nc.isClosed()) return;
      for (const { delivery } of this.#held.values()) this.#answer(delivery, answers.working);
    }, options.extendMs);
  }

  stats(): ConsumptionStats {
    return { ...this.#counts };
  }

  /** How many more may come; none while only a few could. */
  room(): number {
    const free = this.#concurrency + ahead - this.#held.size;
    return this.#stopping || free < ahead / 2 ? 0 : free;
  }

  /** Takes a message of the consumer. */
  take(received: NatsMessage): void {
    const delivery = readDelivery(received);
    if (delivery === null) return;
    this.#counts.received += 1;
    if (this.#handled.has(delivery)) {
      this.#counts.repeated += 1;
      this.#answer(delivery, answers.ack);
      return;
    }
    const held = this.#held.get(delivery.sequence);
    if (held?.delivery.takenAt === delivery.takenAt) {
      this.#counts.repeated += 1;
      held.delivery = delivery;
      return;
    }
    const taken = { received, delivery };
    this.#held.set(delivery.sequence, taken);
    this.#waiting.push(taken);
    this.#begin();
  }

  /** Begins no more. */
  halt(): void {
    this.#stopping = true;
  }

  /**
   * Gives back what nobody has begun, and resolves when the rest is answered. For when no more is
   * pulled: the server could send back to this consumer what it gives back.
   */
  async finish(): Promise<void> {
    for (const { delivery } of this.#waiting.splice(0)) {
      this.#held.delete(delivery.sequence);
      this.#answer(delivery, answers.nak(1));
    }
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    clearInterval(this.#extending);
  }

  #begin(): void {
    while (!this.#stopping && this.#running < this.#concurrency) {
      const held = this.#waiting.shift();
      if (held === undefined) return;
      this.#running += 1;
      void this.#handle(held).finally(() => {
        this.#running -= 1;
        // A stream that was made anew may have put another event in its place.
        if (this.#held.get(held.delivery.sequence) === held) {
          this.#held.delete(held.delivery.sequence);
        }
        this.#begin();
        this.#onRoom();
        if (this.#running === 0) this.#onIdle();
      });
    }
  }

  async #handle(held: Held): Promise<void> {
    const context = deliveryContext(held);
    let message: MessageShape<DescMessage>;
    try {
      message = this.#read(held.received);
    } catch (error) {
      this.#counts.refused += 1;
      return this.#giveUp(held, context, error);
    }
    // It may have ended the processes that had it before, so that no exception tells of it.
    if (context.deliveries > this.#maxDeliveries) {
      return this.#giveUp(held, context, neverAnswered(context));
    }
    try {
      await this.#handler(message, context);
    } catch (error) {
      this.#counts.failed += 1;
      if (held.delivery.count >= this.#maxDeliveries) return this.#giveUp(held, context, error);
      this.#onError(error, context);
      this.#retry(held);
      return;
    }
    this.#counts.handled += 1;
    this.#settle(held, answers.ack);
  }

  /** Nothing is lost: without its dead letter the event comes again. */
  async #giveUp(held: Held, context: DeliveryContext, error: unknown): Promise<void> {
    this.#onError(error, context);
    const { deadLetterSubject } = this.#contract;
    if (deadLetterSubject !== null) {
      const reason = reasonOf(error, this.#contract);
      try {
        await publishDeadLetter(this.#nc, this.#contract, deadLetterSubject, { ...held, reason });
      } catch (failure) {
        this.#onError(failure, context);
        this.#retry(held);
        return;
      }
    }
    this.#counts.givenUp += 1;
    this.#settle(held, answers.term);
  }

  #retry({ delivery }: Held): void {
    const delayMs = backOff(delivery.count, this.#retryMs, longestRetryMs);
    this.#answer(delivery, answers.nak(delayMs));
  }

  #settle({ delivery }: Held, answer: Uint8Array): void {
    this.#handled.add(delivery);
    this.#answer(delivery, answer);
  }

  #answer({ reply }: Delivery, answer: Uint8Array): void {
    try {
      this.#nc.publish(reply, answer);
    } catch (error) {
      const subject = this.#contract.subject.wildcard;
      this.#onError(fromNatsFailure(error, `acknowledging an event of ${subject}`), {
        subject,
        schema: null,
        headers: undefined,
      });
    }
  }
}

function deliveryContext({ received, delivery }: Held): DeliveryContext {
  return {
    ...contextOf(received),
    sequence: delivery.sequence,
    deliveries: delivery.count,
    timestamp: new Date(Number(delivery.takenAt / 1_000_000n)),
  };
}

/** Dead letters travel in clear, and the text of an error can tell what the event held. */
function reasonOf(error: unknown, { policy }: EventContract): string {
  if (policy.encryption !== null) return error instanceof CharterError ? error.code : "internal";
  return error instanceof Error ? error.message : String(error);
}

function neverAnswered({ deliveries }: DeliveryContext): CharterError {
  return new CharterError(
    "aborted",
    `the event was delivered ${deliveries - 1} times before, and nobody acknowledged it`,
  );
}
