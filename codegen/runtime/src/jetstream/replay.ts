import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { DeliverPolicy, jetstreamManager, type OrderedConsumerOptions } from "@nats-io/jetstream";
import type { Connection } from "../connection/connection.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import type { EventContract, StreamPolicy } from "../contract/contract.ts";
import { filterOf } from "../contract/subject-pattern.ts";
import { type EventContext, eventReader } from "../events/event-message.ts";
import {
  type ParameterFilter,
  type ParametersOf,
  printEventFailure,
} from "../events/subscriber.ts";
import type { PayloadKeys } from "../payload/payload-keys.ts";
import { eventCounter, observeHandler } from "../telemetry/observe-events.ts";
import { jetStreamConnection, streamOf } from "./connection.ts";
import { checkStream } from "./contract-check.ts";
import {
  type ReplayContext,
  type ReplayedEvent,
  ReplayedEvents,
  type ReplayStats,
} from "./replayed-events.ts";

/** Handles one event; the next one waits until it returns or resolves. */
export type ReplayHandler<Desc extends DescMessage> = (
  message: MessageShape<Desc>,
  context: ReplayContext,
) => void | Promise<void>;

export interface ReplayOptions {
  /** Where to begin: at a time, or at a place in the stream. With the oldest event without it. */
  readonly since?: Date | { readonly sequence: number } | undefined;
  /** For events whose contract demands encryption. */
  readonly keys?: PayloadKeys | undefined;
  /** Sees events that break their contract, and exceptions of the handler. */
  readonly onError?: ((error: unknown, context: EventContext) => void) | undefined;
}

export interface Replay {
  /** What it asks for: `ai.world.state.update.v1.w42`. */
  readonly subject: string;
  /**
   * Resolves when everything that was kept has been handled, and what comes is new. Rejects with
   * `canceled` when the replay ends before.
   */
  readonly caughtUp: Promise<void>;
  stats(): ReplayStats;
  /** Hands over no more, and resolves when the handler is done. */
  stop(): Promise<void>;
}

/** Gives the events one at a time. Leaving the loop ends the replay. */
export interface ReplayIterable<Desc extends DescMessage>
  extends Replay,
    AsyncIterable<ReplayedEvent<Desc>> {}

type KeptEvent = EventContract<DescMessage, unknown, StreamPolicy>;

/**
 * Gives every event that a stream keeps, in order and without a gap, and goes on with what is
 * published. For whoever comes late: it keeps no place on the server, and begins anew each time. With
 * a handler it calls it for each event; without one it is an async iterable.
 *
 * Rejects with `failed_precondition` when the stream is missing, or does not keep the contract.
 */
export function replay<C extends KeptEvent>(
  nc: Connection,
  contract: C,
  parameters: ParameterFilter<ParametersOf<C>>,
  handler: ReplayHandler<C["schema"]>,
  options?: ReplayOptions,
): Promise<Replay>;
export function replay<C extends KeptEvent>(
  nc: Connection,
  contract: C,
  parameters: ParameterFilter<ParametersOf<C>>,
  options?: ReplayOptions,
): Promise<ReplayIterable<C["schema"]>>;
export async function replay(
  nc: Connection,
  contract: KeptEvent,
  parameters: Readonly<Record<string, unknown>>,
  third: ReplayHandler<DescMessage> | ReplayOptions = {},
  fourth: ReplayOptions = {},
): Promise<Replay | ReplayIterable<DescMessage>> {
  const subject = filterOf(contract.subject, parameters);
  if (typeof third === "function") {
    const events = await open(nc, contract, subject, fourth);
    return handleEvents(contract, subject, events, third, fourth);
  }
  const events = await open(nc, contract, subject, third);
  return {
    ...controlsOf(subject, events),
    [Symbol.asyncIterator]: () => counted(contract, events),
  };
}

async function open(
  nc: Connection,
  contract: KeptEvent,
  subject: string,
  { since, keys, onError = printEventFailure }: ReplayOptions,
): Promise<ReplayedEvents> {
  const connection = jetStreamConnection(nc);
  const { name } = streamOf(contract);
  const read = eventReader(contract, keys);
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  await checkStream(jsm, contract);
  try {
    const begin = { filter_subjects: subject, ...startOf(since) };
    const consumer = await jsm.jetstream().consumers.get(name, begin);
    const { num_pending } = await consumer.info(true);
    // A server that is lost shows by its missing heartbeats, each of half this time.
    const messages = await consumer.consume({ max_messages: 256, expires: 5000 });
    return new ReplayedEvents(consumer, messages, num_pending, read, onError);
  } catch (error) {
    throw fromNatsFailure(error, `a replay of ${subject} from the stream ${name}`);
  }
}

function startOf(since: ReplayOptions["since"]): Partial<OrderedConsumerOptions> {
  if (since === undefined) return { deliver_policy: DeliverPolicy.All };
  if (since instanceof Date) return { opt_start_time: since.toISOString() };
  return { opt_start_seq: since.sequence };
}

function handleEvents(
  contract: KeptEvent,
  subject: string,
  events: ReplayedEvents,
  handler: ReplayHandler<DescMessage>,
  { onError = printEventFailure }: ReplayOptions,
): Replay {
  const handle = observeHandler(contract, handler);
  const handling = async () => {
    for await (const { message, context } of events) {
      try {
        await handle(message, context);
      } catch (error) {
        events.counts.failed += 1;
        onError(error, context);
      }
    }
  };
  const done = handling().catch((error: unknown) => {
    onError(fromNatsFailure(error, subject), { subject, schema: null, headers: undefined });
  });
  const controls = controlsOf(subject, events);
  return {
    ...controls,
    async stop() {
      await controls.stop();
      await done;
    },
  };
}

function controlsOf(subject: string, events: ReplayedEvents): Replay {
  return {
    subject,
    caughtUp: events.caughtUp,
    stats: () => ({ ...events.counts }),
    async stop() {
      events.end();
    },
  };
}

async function* counted(contract: KeptEvent, events: ReplayedEvents) {
  const count = eventCounter(contract);
  for await (const event of events) {
    count();
    yield event;
  }
}
