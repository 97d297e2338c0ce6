import {
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
  type StreamState,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { EventBinding } from "../../../registry/core/binding/binding.ts";
import { subscriptionOf } from "../subjects.ts";

/** The JetStream stream that keeps an event. */
export interface KeepingStream {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly name: string;
  readonly config: StreamConfig;
  readonly state: StreamState;
  /** What the event's subjects match. */
  readonly filter: string;
  /** The events in it, by subject. */
  readonly counts: ReadonlyMap<string, number>;
}

export type Lookup =
  | { readonly kind: "kept"; readonly stream: KeepingStream }
  /** No stream takes the subject, and the contract names none. */
  | { readonly kind: "core" }
  /** JetStream does not say, or has no stream where the contract names one. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Finds the stream that keeps an event, whatever the contract calls it. Changes nothing. */
export async function keepingStream(nc: NatsConnection, binding: EventBinding): Promise<Lookup> {
  const filter = subscriptionOf(binding);
  try {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    const names: string[] = [];
    for await (const name of jsm.streams.names(filter)) names.push(name);
    const name = names.find((each) => each === binding.stream?.name) ?? names[0];
    if (name === undefined) return absent(binding);
    const { config, state } = await jsm.streams.info(name, { subjects_filter: filter });
    const counts = new Map(Object.entries(state.subjects ?? {}));
    return { kind: "kept", stream: { nc, jsm, name, config, state, filter, counts } };
  } catch (error) {
    if (nc.isClosed()) throw error;
    return binding.stream === null ? { kind: "core" } : { kind: "unknown", reason: refusal(error) };
  }
}

/** How many events of the binding a stream holds. */
export function eventsIn({ counts }: KeepingStream): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function absent({ stream, pattern }: EventBinding): Lookup {
  if (stream === null) return { kind: "core" };
  const reason = `no stream keeps ${pattern}, and the contract names ${stream.name}: \`charter stream apply\` provides it`;
  return { kind: "unknown", reason };
}

/** Why JetStream does not answer, with what is needed. */
export function refusal(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `JetStream refuses (${text.slice(0, 200)}): the connection needs the right to publish on $JS.API.STREAM.NAMES, $JS.API.STREAM.INFO.* and $JS.API.DIRECT.GET.*`;
}

/** An event was not taken by the stream that keeps its subject. */
export class NotStored extends Error {
  override readonly name = "NotStored";
}

/** A stream does not give an event that it keeps. */
export class NotRead extends Error {
  override readonly name = "NotRead";
}
