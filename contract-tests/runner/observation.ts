import type { NatsConnection } from "@nats-io/nats-core";
import type { EventBinding } from "../../registry/core/binding/binding.ts";
import { readHeaders } from "./calls/request-once.ts";
import { keepingStream } from "./events/keeping-stream.ts";
import type { SeenEvent } from "./events/seen-event.ts";
import { subscriptionOf } from "./subjects.ts";

/** What was heard of one event while a run went on. */
export interface HeardEvents {
  /** All that came, but for the run's own. */
  readonly count: number;
  /** The first of them, as many as are kept. */
  readonly events: readonly SeenEvent[];
  /** Why nothing could be heard, or null. */
  readonly refusal: string | null;
  /** Resolves once that many have come, or the run has listened for long enough. */
  enough(count: number): Promise<void>;
}

/** Listens to events that no stream keeps. */
export interface Observation {
  of(binding: EventBinding): HeardEvents;
  stop(): void;
}

/** Of one binding. The first of a kind show as much as those that follow. */
const mostKept = 500;
const mostBytes = 4 * 1024 * 1024;
/** Since the run began: a publisher of one event a second is heard, and an idle one holds up little. */
const listenMs = 5000;

export const nothingHeard: HeardEvents = {
  count: 0,
  events: [],
  refusal: "nobody listened",
  enough: () => Promise.resolve(),
};

/**
 * Begins to listen to what no stream keeps. What is held is bounded for each binding, however many
 * events come. Where a stream is, nobody listens: a publisher must hear that its stream is gone.
 */
export async function observe(
  nc: NatsConnection,
  bindings: readonly EventBinding[],
): Promise<Observation> {
  const until = performance.now() + listenMs;
  const lookups = await Promise.all(bindings.map((binding) => keepingStream(nc, binding)));
  const listening = new Map(
    bindings
      .filter((_, i) => lookups[i]?.kind !== "kept")
      .map((binding) => [binding.pattern, listen(nc, binding, until)]),
  );
  return {
    of: ({ pattern }) => listening.get(pattern)?.heard ?? nothingHeard,
    stop() {
      for (const each of listening.values()) each.stop();
    },
  };
}

function listen(nc: NatsConnection, binding: EventBinding, until: number) {
  const events: SeenEvent[] = [];
  let count = 0;
  let bytes = 0;
  let refusal: string | null = null;
  let onEvent = () => {};
  const subscription = nc.subscribe(subscriptionOf(binding), {
    callback(error, message) {
      if (error !== null) {
        refusal = `the connection may not listen to it: ${error.message.slice(0, 200)}`;
        onEvent();
        return;
      }
      const { subject, data } = message;
      const { headers, fault: headerFault = null } = readHeaders(message);
      if (!headers?.has("Charter-Probe")) {
        count++;
        if (events.length < mostKept && bytes + data.length <= mostBytes) {
          bytes += data.length;
          events.push({ subject, sequence: null, payload: data, headers, headerFault });
        }
      }
      onEvent();
    },
  });
  const heard: HeardEvents = {
    get count() {
      return count;
    },
    events,
    get refusal() {
      return refusal;
    },
    enough: (wanted) =>
      new Promise((resolve) => {
        const isOver = () => count >= wanted || refusal !== null;
        const timer = setTimeout(end, Math.max(0, until - performance.now()));
        function end() {
          clearTimeout(timer);
          resolve();
        }
        onEvent = () => {
          if (isOver()) end();
        };
        onEvent();
      }),
  };
  return { heard, stop: () => subscription.unsubscribe() };
}
