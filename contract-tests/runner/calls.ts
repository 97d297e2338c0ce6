import {
  headers as createHeaders,
  createInbox,
  type Msg,
  type NatsConnection,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from "@nats-io/nats-core";
import type { Reply } from "./answers.ts";
import type { Pace } from "./pace.ts";
import type { ReplayedCase } from "./replayed-case.ts";
import type { Trace } from "./trace.ts";

/** No calls or no time are left. What has not failed by then is inconclusive. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
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
  /** Throws `BudgetSpent`; other errors are the connection's. */
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
        const reply = await request(nc, subject, payload, headers, timeoutMs);
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
      const isAbsent = headers?.code === 503 && message.data.length === 0;
      tally.count(Number(message.subject.slice(inbox.length + 1)), isAbsent ? 0 : 1);
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

/** An inbox that the connection may listen to: rights are often given for a prefix of its own. */
export function inboxOf(nc: NatsConnection): string {
  const { options } = nc as { readonly options?: { readonly inboxPrefix?: string } };
  return createInbox(options?.inboxPrefix);
}

async function request(
  nc: NatsConnection,
  subject: string,
  payload: Uint8Array,
  headers: ReturnType<typeof createHeaders>,
  timeoutMs: number,
): Promise<Reply> {
  try {
    const message = await nc.request(subject, payload, { timeout: timeoutMs, headers });
    return { kind: "reply", payload: message.data, ...readHeaders(message) };
  } catch (error) {
    if (error instanceof TimeoutError) return { kind: "timeout", afterMs: timeoutMs };
    if (error instanceof NoRespondersError) return { kind: "no-responders" };
    if (error instanceof RequestError && error.isNoResponders()) return { kind: "no-responders" };
    throw error;
  }
}

/** The client reads headers when they are asked for, and throws on those that are none. */
function readHeaders(message: Msg): Pick<Extract<Reply, { kind: "reply" }>, "headers" | "fault"> {
  try {
    return { headers: message.headers };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : "";
    return { headers: undefined, fault: `headers that cannot be read: ${reason}` };
  }
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
