import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Connection, NatsMessage } from "../connection/connection.ts";
import { printFailure } from "../connection/failures.ts";
import { type Listening, listen } from "../connection/subscription.ts";
import type { EventContract } from "../contract/contract.ts";
import { filterOf } from "../contract/subject-pattern.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { PayloadKeys } from "../payload/payload-keys.ts";
import { eventCounter, observeHandler } from "../telemetry/observe-events.ts";
import { contextOf, type EventContext, eventReader } from "./event-message.ts";
import { EventQueue } from "./event-queue.ts";

/**
 * Handles one event. Events are handed over as they come, also while an earlier promise is open;
 * use the async iterable to have one at a time.
 */
export type EventHandler<Desc extends DescMessage> = (
  message: MessageShape<Desc>,
  context: EventContext,
) => void | Promise<void>;

export interface SubscribeOptions {
  /** For events whose contract demands encryption. */
  readonly keys?: PayloadKeys | undefined;
  /** Instances that name the same group share the events. Without it each gets all. */
  readonly queue?: string | undefined;
  /** Sees events that break their contract, and exceptions of the handler. */
  readonly onError?: ((error: unknown, context: EventContext) => void) | undefined;
  /**
   * How many events may wait for the async iterable; further ones are dropped, counted, and go to
   * `onError` as `resource_exhausted`. 1024 without it.
   */
  readonly maxPending?: number | undefined;
}

export interface SubscriptionStats {
  /** All that came. */
  readonly received: number;
  /** Those that did not decode, broke a rule, or did not agree with their subject. */
  readonly refused: number;
  /** Those that the handler threw at. */
  readonly failed: number;
  /** Those that found no room in the async iterable. */
  readonly dropped: number;
}

export interface EventSubscription {
  /** What it listens to: `ai.world.state.update.v1.w42`. */
  readonly subject: string;
  stats(): SubscriptionStats;
  /** Takes no more events, and resolves when those that have come are handed over. */
  stop(): Promise<void>;
}

export interface ReceivedEvent<Desc extends DescMessage> {
  readonly message: MessageShape<Desc>;
  readonly context: EventContext;
}

/** Gives the events one at a time. Leaving the loop stops the subscription. */
export interface EventIterable<Desc extends DescMessage>
  extends EventSubscription,
    AsyncIterable<ReceivedEvent<Desc>> {}

/** The values of a subject's parameters; an absent one stands for all values. */
export type ParameterFilter<P> = { readonly [K in keyof P]?: P[K] | undefined };

/** The types of an event's parameters. */
export type ParametersOf<C> = C extends EventContract<DescMessage, infer P> ? P : never;
type SchemaOf<C extends EventContract> = C["schema"];

/**
 * Listens to an event, and resolves once the server has the subscription. With a handler it calls it
 * for each event; without one it is an async iterable.
 *
 * It sees what is published while it listens, at most once each, also of an event that a stream
 * keeps. `consume` misses none of those, and `replay` begins with what was kept before.
 */
export function subscribe<C extends EventContract>(
  nc: Connection,
  contract: C,
  parameters: ParameterFilter<ParametersOf<C>>,
  handler: EventHandler<SchemaOf<C>>,
  options?: SubscribeOptions,
): Promise<EventSubscription>;
export function subscribe<C extends EventContract>(
  nc: Connection,
  contract: C,
  parameters: ParameterFilter<ParametersOf<C>>,
  options?: SubscribeOptions,
): Promise<EventIterable<SchemaOf<C>>>;
export async function subscribe(
  nc: Connection,
  contract: EventContract,
  parameters: Readonly<Record<string, unknown>>,
  third: EventHandler<DescMessage> | SubscribeOptions = {},
  fourth: SubscribeOptions = {},
): Promise<EventSubscription> {
  const subject = filterOf(contract.subject, parameters);
  if (typeof third === "function") return handleEvents(nc, contract, subject, third, fourth);
  return iterateEvents(nc, contract, subject, third);
}

interface Counts {
  received: number;
  refused: number;
  failed: number;
  dropped: number;
}

async function handleEvents(
  nc: Connection,
  contract: EventContract,
  subject: string,
  handler: EventHandler<DescMessage>,
  options: SubscribeOptions,
): Promise<EventSubscription> {
  const counts: Counts = { received: 0, refused: 0, failed: 0, dropped: 0 };
  const onError = options.onError ?? printEventFailure;
  const handle = observeHandler(contract, handler);
  const listening = await listenToEvents(nc, contract, subject, options, counts, (event) => {
    const failed = (error: unknown) => {
      counts.failed += 1;
      onError(error, event.context);
    };
    try {
      const result = handle(event.message, event.context);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
  return { subject, stats: () => ({ ...counts }), stop: listening.drain };
}

async function iterateEvents(
  nc: Connection,
  contract: EventContract,
  subject: string,
  options: SubscribeOptions,
): Promise<EventIterable<DescMessage>> {
  const counts: Counts = { received: 0, refused: 0, failed: 0, dropped: 0 };
  const onError = options.onError ?? printEventFailure;
  const stop = () => listening.drain();
  const queue = new EventQueue<ReceivedEvent<DescMessage>>(options.maxPending ?? 1024, stop);
  const count = eventCounter(contract);
  const listening = await listenToEvents(nc, contract, subject, options, counts, (event) => {
    if (queue.push(event)) {
      count();
      return;
    }
    counts.dropped += 1;
    onError(
      new CharterError(
        "resource_exhausted",
        `${subject}: the events come faster than they are read`,
      ),
      event.context,
    );
  });
  void listening.closed.then(() => queue.end());
  return {
    subject,
    stats: () => ({ ...counts }),
    stop,
    [Symbol.asyncIterator]: () => queue,
  };
}

/** Hands over what keeps the contract, and reports what does not. */
function listenToEvents(
  nc: Connection,
  contract: EventContract,
  subject: string,
  options: SubscribeOptions,
  counts: Counts,
  deliver: (event: ReceivedEvent<DescMessage>) => void,
): Promise<Listening> {
  const onError = options.onError ?? printEventFailure;
  const read = eventReader(contract, options.keys);
  const onMessage = (received: NatsMessage) => {
    counts.received += 1;
    const context = contextOf(received);
    let message: MessageShape<DescMessage>;
    try {
      message = read(received);
    } catch (error) {
      counts.refused += 1;
      onError(error, context);
      return;
    }
    deliver({ message, context });
  };
  return listen(nc, [{ subject, queue: options.queue, onMessage }], (error) =>
    onError(error, { subject, schema: null, headers: undefined }),
  );
}

/** What listens to the failures of events when the application does not. */
export function printEventFailure(error: unknown, context: EventContext): void {
  printFailure(error, context.subject);
}
