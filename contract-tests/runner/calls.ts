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

/** No calls are left for a binding. What has not failed by then is inconclusive. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
}

/** Sends the probes of one binding, within its budget. */
export interface Calls {
  /** How long a reply is waited for. */
  readonly timeoutMs: number;
  readonly made: number;
  readonly isSpent: boolean;
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
}

export function createCalls(nc: NatsConnection, settings: CallSettings): Calls {
  let made = 0;
  const headers = createHeaders();
  headers.set("Charter-Probe", settings.runId);
  const spend = (calls: number) => {
    if (made + calls > settings.budget) {
      throw new BudgetSpent(`the budget of ${settings.budget} calls for a binding is spent`);
    }
    made += calls;
  };
  return {
    timeoutMs: settings.timeoutMs,
    get made() {
      return made;
    },
    get isSpent() {
      return made >= settings.budget;
    },
    async call(subject, payload) {
      spend(1);
      return settings.gate(() => request(nc, subject, payload, headers, settings.timeoutMs));
    },
    async spend(calls, work) {
      spend(calls);
      return settings.gate(work);
    },
    async countReplies(requests) {
      spend(requests.length);
      const inbox = inboxOf(nc);
      const counts = requests.map(() => 0);
      const tally = createTally(counts, settings.timeoutMs);
      const subscription = nc.subscribe(`${inbox}.*`, {
        callback: (error, message) => {
          if (error === null && !isNoResponders(message)) {
            tally.count(Number(message.subject.slice(inbox.length + 1)));
          }
        },
      });
      for (const [i, { subject, payload }] of requests.entries()) {
        nc.publish(subject, payload, { reply: `${inbox}.${i}`, headers });
      }
      await tally.settled;
      subscription.unsubscribe();
      return counts;
    },
  };
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
    return { kind: "reply", payload: message.data, headers: message.headers };
  } catch (error) {
    if (error instanceof TimeoutError) return { kind: "timeout", afterMs: timeoutMs };
    if (error instanceof NoRespondersError) return { kind: "no-responders" };
    if (error instanceof RequestError && error.isNoResponders()) return { kind: "no-responders" };
    throw error;
  }
}

function isNoResponders(message: Msg): boolean {
  return message.headers?.code === 503 && message.data.length === 0;
}

/** Waits for the first reply of each, and then until no more has come for as long as those took. */
function createTally(counts: number[], timeoutMs: number) {
  const startedAt = performance.now();
  let resolve: () => void = () => {};
  const settled = new Promise<void>((done) => {
    resolve = done;
  });
  let timer = setTimeout(resolve, timeoutMs);
  return {
    settled,
    count(index: number) {
      counts[index] = (counts[index] ?? 0) + 1;
      if (counts.some((each) => each === 0)) return;
      const slowest = performance.now() - startedAt;
      clearTimeout(timer);
      timer = setTimeout(resolve, Math.min(longestQuietMs, quietMs + 2 * slowest));
    },
  };
}
