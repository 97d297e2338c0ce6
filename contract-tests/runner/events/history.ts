import { type Ask, askOften } from "./asking.ts";
import { eventFrom } from "./get-stored.ts";
import { eventsIn, type KeepingStream } from "./keeping-stream.ts";
import type { SeenEvent } from "./seen-event.ts";

export interface HistoryOptions {
  /** How many of the newest events are read; all without it. */
  readonly newest?: number | undefined;
  /** Reading ends after that many milliseconds. */
  readonly longestMs: number;
}

export interface HistoryRead {
  readonly read: number;
  /** Whether there was time for all that was asked for. */
  readonly isWhole: boolean;
}

/** Readers at once, each with sequences of its own: more hide no more latency. */
const readers = 64;
/** Events that are looked for in one round of the readers; they are in memory until they are handed over. */
const eventsPerRound = 4096;

/**
 * Reads the events of a stream, the newest first, and hands them over in order. It only gets: there is
 * no consumer that the stream would count, and no acknowledgement, so it also reads a work queue.
 */
export async function readHistory(
  stream: KeepingStream,
  { newest = Number.POSITIVE_INFINITY, longestMs }: HistoryOptions,
  each: (event: SeenEvent) => void,
): Promise<HistoryRead> {
  const { first_seq: first, last_seq: last } = stream.state;
  const until = performance.now() + longestMs;
  const wanted = Math.min(newest, eventsIn(stream));
  // The rarer the event is in its stream, the more sequences a round looks through.
  const span = Math.ceil(((last - first + 1) / Math.max(1, eventsIn(stream))) * eventsPerRound);
  const asking = askOften(stream.nc);
  let read = 0;
  try {
    for (let high = last; high >= first && read < wanted; high -= span) {
      if (performance.now() > until) return { read, isWhole: false };
      const low = Math.max(first, high - span + 1);
      const events = await readSpan(stream, low, high, asking.ask);
      for (const event of events.toReversed().slice(0, wanted - read)) {
        each(event);
        read++;
      }
    }
    return { read, isWhole: true };
  } finally {
    asking.stop();
  }
}

/** The events from one sequence to another, in order. */
async function readSpan(
  stream: KeepingStream,
  low: number,
  high: number,
  ask: Ask,
): Promise<SeenEvent[]> {
  const share = Math.ceil((high - low + 1) / readers);
  const parts = await Promise.all(
    Array.from({ length: readers }, (_, i) =>
      readShare(stream, low + i * share, Math.min(high, low + (i + 1) * share - 1), ask),
    ),
  );
  return parts.flat();
}

async function readShare(
  stream: KeepingStream,
  low: number,
  high: number,
  ask: Ask,
): Promise<SeenEvent[]> {
  const events: SeenEvent[] = [];
  for (let at = low; at <= high; ) {
    const event = await eventFrom(stream, at, ask);
    if (event === null || event.sequence > high) break;
    events.push(event);
    at = event.sequence + 1;
  }
  return events;
}
