import {
  type ConsumerConfig,
  JetStreamApiCodes,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { CommandFailure } from "../command-failure.ts";
import type { DesiredConsumer, DesiredStream } from "./desired.ts";
import { planConsumer } from "./plan-consumer.ts";
import { planStream, type StreamOptions } from "./plan-stream.ts";
import type { Plan } from "./planned.ts";

/** JetStream of a connection. Rejects where the server has none, or does not let this user in. */
export async function openJetStream(nc: NatsConnection): Promise<JetStreamManager> {
  try {
    return await jetstreamManager(nc);
  } catch (cause) {
    throw refused("JetStream cannot be used", cause);
  }
}

/** What the server answers that provides nothing. */
export function refused(what: string, cause: unknown): CommandFailure {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CommandFailure(
    "unreachable",
    `${what}: ${reason}. The server must run with JetStream, and the user needs the right to publish on $JS.API.>; NATS_CREDS and its like say who that is.`,
    { cause },
  );
}

/** Compares what is wanted with what the server has. */
export async function planStreams(
  jsm: JetStreamManager,
  streams: readonly DesiredStream[],
  consumers: readonly DesiredConsumer[],
  options: StreamOptions,
): Promise<Plan> {
  try {
    const there = await streamsOnServer(jsm);
    const plannedStreams = streams.map((stream) => {
      const others = [...there.values()].filter(({ name }) => name !== stream.name);
      return planStream(stream, there.get(stream.name) ?? null, others, options);
    });
    const plannedConsumers = [];
    for (const consumer of consumers) {
      const isThere = there.has(consumer.stream);
      const current = isThere ? await consumerOnServer(jsm, consumer) : null;
      plannedConsumers.push(planConsumer(consumer, current));
    }
    return { streams: plannedStreams, consumers: plannedConsumers };
  } catch (cause) {
    throw refused("JetStream does not say what it has", cause);
  }
}

async function streamsOnServer(jsm: JetStreamManager): Promise<ReadonlyMap<string, StreamConfig>> {
  const streams = new Map<string, StreamConfig>();
  for await (const { config } of jsm.streams.list()) streams.set(config.name, config);
  return streams;
}

async function consumerOnServer(
  jsm: JetStreamManager,
  { stream, name }: DesiredConsumer,
): Promise<ConsumerConfig | null> {
  try {
    return (await jsm.consumers.info(stream, name)).config;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === JetStreamApiCodes.ConsumerNotFound) return null;
    throw error;
  }
}
