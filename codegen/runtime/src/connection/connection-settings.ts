import { token } from "../contract/subject-pattern.ts";
import { CharterError } from "../errors/charter-error.ts";

/** Options for `connect` of either NATS client, beside `servers` and credentials. */
export interface ConnectionSettings {
  readonly name: string;
  readonly inboxPrefix: string;
  readonly noAsyncTraces: boolean;
  readonly maxReconnectAttempts: number;
  readonly reconnectDelayHandler: () => number;
  readonly pingInterval: number;
  readonly maxPingOut: number;
}

/**
 * How a participant should connect: fast requests, answers in inboxes of its own, a dead server
 * noticed within 15 s, and a lost one looked for until it is back.
 *
 * @param participant one token of a subject: `npc-api`. Throws `invalid_argument` for anything else.
 */
export function connectionSettings({
  participant,
}: {
  readonly participant: string;
}): ConnectionSettings {
  if (!token.test(participant)) {
    throw new CharterError(
      "invalid_argument",
      "the participant must be 1 to 128 of A-Z a-z 0-9 _ = ~ @ : + -, because its inboxes are named after it",
    );
  }
  return {
    name: participant,
    inboxPrefix: `_INBOX.${participant}`,
    // Stack traces of requests that fail cost 25 to 70 % of the requests that do not.
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: reconnectDelays(),
    pingInterval: 5000,
    maxPingOut: 2,
  };
}

const shortestMs = 20;
const longestMs = 2000;
/** Longer than a delay: who asks after such a pause has been connected, or dialled in vain. */
const newOutageMs = 10_000;

/**
 * How long to wait between two dials, in milliseconds: more, the longer the outage lasts. The
 * clients ask again whenever they wake, and wait for what is missing then; a delay that grew with
 * each question would never be over. Jitter is drawn once an outage for the same reason.
 */
function reconnectDelays(): () => number {
  let beganAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let jitter = 1;
  return () => {
    const now = performance.now();
    if (now - askedAt > newOutageMs) {
      beganAt = now;
      jitter = 0.5 + Math.random();
    }
    askedAt = now;
    const delay = Math.min(longestMs, Math.max(shortestMs, (now - beganAt) / 4));
    return Math.round(delay * jitter);
  };
}
