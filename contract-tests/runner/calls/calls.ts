import { headers as createHeaders, type NatsConnection } from "@nats-io/nats-core";
import type { ReplayedCase } from "../replay/replayed-case.ts";
import type { Reply } from "./answers.ts";
import type { Pace } from "./pace.ts";
import { inboxOf, isNoResponders, MayNotCall, readHeaders, requestOnce } from "./request-once.ts";
import type { Trace } from "./trace.ts";

/** No calls or no time are left. What has not failed by then is inconclusive. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
}

/** Whether an error only means that nothing more can be told of a law. */
export function endsLaw(error: unknown): error is BudgetSpent | MayNotCall {
  return error instanceof BudgetSpent || error instanceof MayNotCall;
}

/** Sends the probes of one binding, within its budget. */
export interface Calls {
  /** How long a reply is waited for. */
  readonly timeoutMs: number;
  readonly made: number;
  readonly isSpent: boolean;
  /** What this binding's calls have exchanged since the last case began. */
  readonly trace: Trace;
  /** The only case to try, or null in a usual run. */
  readonly replay: ReplayedCase | null;
  /** Milliseconds until the time of the run is over. */
  leftMs(): number;
  /** Throws `BudgetSpent` and `MayNotCall`; other errors are the connection's. */
  call(subject: string, payload: Uint8Array): Promise<Reply>;
  /** Spends so many calls on work that sends them by itself, such as streams. Throws as `call`. */
  spend<T>(calls: number, work: () => Promise<T>): Promise<T>;
  /** Sends all at once, and counts every reply to each until none has come for a while. */
  countReplies(
    requests: readonly { readonly subject: string; readonly payload: Uint8Array }[],
  ): Promise<number[]>;
}

/** In flight over all bindings: enough to hide the latency, too few to be a load test. */
const mostInFlight = 32;
/** A second reply to a request takes about as long as the first; this is added for a busy machine. */
const quietMs = 250;
const longestQuietMs = 2000;
/** Replies that are counted of one batch: whoever sends more is counted as far as this. */
const mostReplies = 10_000;

/** A limit on what runs at once. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

export function createGate(most: number = mostInFlight): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

export interface CallSettings {
  readonly runId: string;
  readonly timeoutMs: number;
  readonly budget: number;
  readonly gate: Gate;
  readonly pace: Pace;
  readonly trace: Trace;
  readonly replay: ReplayedCase | null;
  /** As of `performance.now()`; Infinity for a run without an end. */
  readonly endsAt: number;
}

export function createCalls(nc: NatsConnection, settings: CallSettings): Calls {
  const { trace, timeoutMs } = settings;
  let made = 0;
  const headers = createHeaders();
  headers.set("Charter-Probe", settings.runId);
  const leftMs = () => Math.max(0, settings.endsAt - performance.now());
  const spend = async (calls: number) => {
    if (made + calls > settings.budget) {
      throw new BudgetSpent(`the budget of ${settings.budget} calls for a binding is spent`);
    }
    made += calls;
    await settings.pace.take(calls);
    if (leftMs() === 0) throw new BudgetSpent(timeIsOver);
  };
  return {
    timeoutMs,
    trace,
    replay: settings.replay,
    leftMs,
    get made() {
      return made;
    },
    get isSpent() {
      return made >= settings.budget || leftMs() === 0;
    },
    async call(subject, payload) {
      await spend(1);
      return settings.gate(async () => {
        trace.sent(subject, payload, headers);
        const reply = await requestOnce(nc, { subject, payload, headers, timeoutMs });
        if (reply.kind === "reply") trace.received(subject, reply.payload, reply.headers);
        else trace.nothing(describeSilence(reply));
        return reply;
      });
    },
    async spend(calls, work) {
      await spend(calls);
      return settings.gate(work);
    },
    async countReplies(requests) {
      await spend(requests.length);
      return countAll(nc, requests, headers, settings);
    },
  };
}

/** Why the laws that are left say nothing. */
export const timeIsOver = "the time of the run is over (--budget gives more)";

function describeSilence(reply: Exclude<Reply, { kind: "reply" }>): string {
  return reply.kind === "timeout"
    ? `no reply within ${reply.afterMs} ms`
    : "nobody answers on the subject";
}

async function countAll(
  nc: NatsConnection,
  requests: readonly { readonly subject: string; readonly payload: Uint8Array }[],
  headers: ReturnType<typeof createHeaders>,
  { timeoutMs, trace }: Pick<CallSettings, "timeoutMs" | "trace">,
): Promise<number[]> {
  const inbox = inboxOf(nc);
  const counts = requests.map(() => 0);
  const tally = createTally(counts, timeoutMs);
  const subscription = nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error !== null) return;
      const { headers } = readHeaders(message);
      trace.received(message.subject, message.data, headers);
      const by = isNoResponders(message, headers) ? 0 : 1;
      tally.count(Number(message.subject.slice(inbox.length + 1)), by);
    },
  });
  for (const [i, { subject, payload }] of requests.entries()) {
    trace.sent(subject, payload, headers);
    nc.publish(subject, payload, { reply: `${inbox}.${i}`, headers });
  }
  await tally.settled;
  subscription.unsubscribe();
  return counts;
}

/** Waits for the first reply of each, and then until no more has come for as long as those took. */
function createTally(counts: number[], timeoutMs: number) {
  const startedAt = performance.now();
  let resolve: () => void = () => {};
  const settled = new Promise<void>((done) => {
    resolve = done;
  });
  const end = () => {
    clearTimeout(timer);
    resolve();
  };
  let timer = setTimeout(resolve, timeoutMs);
  const awaited = new Set(counts.keys());
  let replies = 0;
  return {
    settled,
    /** @param by 0 for the server's word that nobody is there */
    count(index: number, by: 0 | 1) {
      // An inbox of the batch that belongs to no request.
      if (counts[index] === undefined) return;
      counts[index] += by;
      awaited.delete(index);
      replies += by;
      // A service that never stops must not keep the count open.
      if (replies >= mostReplies) end();
      if (replies >= mostReplies || awaited.size > 0) return;
      const slowest = performance.now() - startedAt;
      clearTimeout(timer);
      timer = setTimeout(resolve, Math.min(longestQuietMs, quietMs + 2 * slowest));
    },
  };
}
