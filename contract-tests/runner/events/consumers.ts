import type { ConsumerInfo } from "@nats-io/jetstream";
import { filtersMeet } from "../../../registry/core/subject/filters-meet.ts";
import type { EventBench } from "../laws/law.ts";
import { filterTakes } from "./filter-takes.ts";
import { type KeepingStream, keepingStream } from "./keeping-stream.ts";

/** A durable consumer that an event is tried on, and what is expected of it. */
export interface TriedConsumer {
  readonly name: string;
  /** How long it may take to settle an event. */
  readonly withinMs: number;
  /** What it must do with an event that it cannot handle; either will do without it. */
  readonly poison: "terminate" | "dead-letter" | null;
  readonly info: ConsumerInfo;
}

export type Consumers =
  | {
      readonly kind: "some";
      readonly stream: KeepingStream;
      readonly consumers: readonly TriedConsumer[];
    }
  | {
      readonly kind: "none";
      readonly verdict: "skipped" | "inconclusive";
      readonly reason: string;
    };

/** A busy machine is not a broken contract. */
const usualWithinMs = 2000;

/**
 * The durable consumers that a contract file names, or else all of the stream that take every event of
 * the binding and acknowledge each by itself.
 */
export async function consumersOf(bench: EventBench): Promise<Consumers> {
  if (bench.binding.encryption !== null) {
    const reason = "its payloads are encrypted, and a run has no key for them";
    return { kind: "none", verdict: "skipped", reason };
  }
  const lookup = await keepingStream(bench.nc, bench.binding);
  if (lookup.kind === "unknown") {
    return { kind: "none", verdict: "inconclusive", reason: lookup.reason };
  }
  if (lookup.kind === "core") {
    const reason = "no stream keeps it, so it has no durable consumers";
    return { kind: "none", verdict: "skipped", reason };
  }
  return consumersReading(bench, lookup.stream);
}

async function consumersReading(bench: EventBench, stream: KeepingStream): Promise<Consumers> {
  const all = new Map<string, ConsumerInfo>();
  for await (const info of stream.jsm.consumers.list(stream.name)) {
    if (info.config.durable_name !== undefined) all.set(info.name, info);
  }
  const named = bench.settings.event?.consumers;
  if (named !== undefined) {
    const missing = named.find(({ durable }) => !all.has(durable));
    if (missing !== undefined) {
      const reason = `${stream.name} has no durable consumer ${missing.durable}, which the contract file names; \`charter stream apply\` provides those of charter.yaml`;
      return { kind: "none", verdict: "inconclusive", reason };
    }
    const consumers = named.map(({ durable, poison, ackWithinMs }) => {
      const info = all.get(durable) as ConsumerInfo;
      return { name: durable, withinMs: ackWithinMs, poison, info };
    });
    return { kind: "some", stream, consumers };
  }
  const reading = [...all.values()].filter((info) => readsAll(info, stream.filter));
  if (reading.length > 0) {
    const consumers = reading.map((info) => ({
      name: info.name,
      withinMs: usualWithinMs,
      poison: null,
      info,
    }));
    return { kind: "some", stream, consumers };
  }
  const partly = [...all.values()].filter((info) => readsSome(info, stream.filter));
  const reason =
    partly.length > 0
      ? `the durable consumers of ${stream.name} read only some of its subjects, or do not acknowledge each event: ${partly.map(({ name }) => name).join(", ")}`
      : `no durable consumer of ${stream.name} reads it`;
  return { kind: "none", verdict: "skipped", reason };
}

function readsAll(info: ConsumerInfo, filter: string): boolean {
  return (
    info.config.ack_policy === "explicit" &&
    filtersOf(info).some((each) => filterTakes(each, filter))
  );
}

function readsSome(info: ConsumerInfo, filter: string): boolean {
  return filtersOf(info).some((each) => filtersMeet(each, filter));
}

function filtersOf({ config }: ConsumerInfo): readonly string[] {
  const { filter_subject: one, filter_subjects: many } = config;
  if (many !== undefined && many.length > 0) return many;
  return [one === undefined || one === "" ? ">" : one];
}

const pollMs = 20;
/** A consumer that pulls asks again within its time-out, mostly at once. */
const readyMs = 2000;

/** Why an event cannot be tried on a consumer now, or null once it is ready for one. */
export async function whyNotReady(
  { jsm, name: stream }: KeepingStream,
  { name, withinMs }: TriedConsumer,
): Promise<string | null> {
  const until = performance.now() + Math.max(readyMs, withinMs);
  for (;;) {
    const info = await jsm.consumers.info(stream, name);
    const behind = info.num_pending + info.num_ack_pending;
    const isPulled = info.config.deliver_subject === undefined;
    const isRead = isPulled ? info.num_waiting > 0 : info.push_bound === true;
    if (behind === 0 && isRead) return null;
    if (performance.now() > until) {
      return isRead || behind === 0
        ? behind === 0
          ? `nobody reads from the consumer ${name}: start an instance of its service`
          : `the consumer ${name} has ${behind} events before the next one, and does not get done with them`
        : `the consumer ${name} has ${behind} events in hand or before it, and nobody asks for more`;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
