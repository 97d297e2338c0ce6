import type { DescMessage } from "@bufbuild/protobuf";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { Connection } from "../connection/connection.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import type { EventContract, StreamPolicy } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { printEventFailure } from "../events/subscriber.ts";
import { observeHandler } from "../telemetry/observe-events.ts";
import { jetStreamConnection, streamOf } from "./connection.ts";
import { checkConsumer, checkStream } from "./contract-check.ts";
import {
  type ConsumptionStats,
  Deliveries,
  type DeliveryHandler,
  type DeliveryOptions,
} from "./deliveries.ts";
import { PullRequests } from "./pull-requests.ts";

export interface ConsumeOptions extends DeliveryOptions {
  /** The durable consumer, which `charter stream apply` has provided. Its instances share the events. */
  readonly durable: string;
}

export interface Consumption {
  stats(): ConsumptionStats;
  /** Takes no more events, gives back those that nobody has begun, and resolves when the rest is done. */
  stop(): Promise<void>;
}

/** For a connection that may not ask what the consumer's is; `charter stream apply` takes no less. */
const leastAckWaitMs = 3000;

/**
 * Handles the events of a stream as a durable consumer, each at least once: what is not acknowledged
 * comes again, here or at another instance. A handler of one process sees an event once, unless it
 * failed. An event that breaks its contract, or fails too often, goes to the contract's dead-letter
 * subject.
 *
 * Resolves once events can come. Rejects with `failed_precondition` when the server has no such
 * consumer, or one that does not keep the contract; a connection that may not ask does not see that.
 */
export async function consume<Desc extends DescMessage>(
  nc: Connection,
  contract: EventContract<Desc, unknown, StreamPolicy>,
  options: ConsumeOptions,
  handler: DeliveryHandler<Desc>,
): Promise<Consumption> {
  const connection = jetStreamConnection(nc);
  const { name: stream } = streamOf(contract);
  const { durable, onError = printEventFailure } = options;
  checkDurable(durable);
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  await checkStream(jsm, contract);
  const ackWaitMs = (await checkConsumer(jsm, contract, durable)) ?? leastAckWaitMs;

  let refusal: unknown = null;
  let started = false;
  const handle = observeHandler(contract, handler as DeliveryHandler<DescMessage>);
  const deliveries = new Deliveries(connection, contract, handle, {
    ...options,
    onError,
    onRoom: () => pulls.more(),
    extendMs: ackWaitMs / 3,
  });
  const pulls = new PullRequests(connection, {
    stream,
    durable,
    room: () => deliveries.room(),
    onMessage: (message) => deliveries.take(message),
    onError(error) {
      const subject = contract.subject.wildcard;
      if (started) onError(error, { subject, schema: null, headers: undefined });
      else refusal ??= error;
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopConsuming(connection, pulls, deliveries);
    return stopped;
  };
  void connection.closed().then(stop);
  pulls.more();
  // The server answers in order, so a refusal is here before the answer to the flush.
  await connection.flush().catch((error: unknown) => {
    refusal ??= fromNatsFailure(error, `the consumer ${durable} of the stream ${stream}`);
  });
  if (refusal !== null) {
    await stop();
    throw refusal;
  }
  started = true;
  return { stats: () => deliveries.stats(), stop };
}

async function stopConsuming(
  nc: NatsConnection,
  pulls: PullRequests,
  deliveries: Deliveries,
): Promise<void> {
  deliveries.halt();
  await pulls.stop();
  await deliveries.finish();
  // The process may end next, and the last acknowledgements must have left by then.
  await nc.flush().catch(() => {});
}

/** The name becomes a token of subjects. */
function checkDurable(durable: string): void {
  if (/^[A-Za-z0-9_=~@:+-]{1,128}$/.test(durable)) return;
  throw new CharterError(
    "invalid_argument",
    "the name of a durable consumer must be 1 to 128 of A-Z a-z 0-9 _ = ~ @ : + -",
  );
}
