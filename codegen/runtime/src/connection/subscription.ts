import { CharterError } from "../errors/charter-error.ts";
import type { Connection, NatsMessage, NatsSubscription } from "./connection.ts";
import { fromNatsFailure } from "./nats-failure.ts";

export interface Listening {
  /** Resolves when it has ended, by `drain` or because the connection is gone. */
  readonly closed: Promise<unknown>;
  /** Delivers what has arrived, then ends. Resolves also when the connection is gone already. */
  drain(): Promise<void>;
}

/** One subject to listen to. */
export interface Listener {
  readonly subject: string;
  readonly queue?: string | undefined;
  readonly onMessage: (message: NatsMessage) => void;
}

/**
 * Subscribes to subjects, and resolves once the server has all subscriptions. Rejects with a
 * `CharterError`: `permission_denied` or `unavailable` when it refuses one, `invalid_argument` for a
 * queue group that is none. A refusal that comes later,
 * when rights are withdrawn, goes to `onError`.
 */
export async function listen(
  nc: Connection,
  listeners: readonly Listener[],
  onError: (error: unknown, where: string) => void,
): Promise<Listening> {
  for (const { queue } of listeners) checkQueue(queue);
  const subscriptions: NatsSubscription[] = [];
  let refusal: Error | null = null;
  let started = false;
  const drain = async () => {
    await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
  };
  try {
    for (const { subject, queue, onMessage } of listeners) {
      const callback = (error: Error | null, message: NatsMessage) => {
        if (error === null) onMessage(message);
        else if (started) onError(fromNatsFailure(error, subject), subject);
        else refusal ??= fromNatsFailure(error, subject);
      };
      subscriptions.push(
        nc.subscribe(subject, queue === undefined ? { callback } : { queue, callback }),
      );
    }
    // The server answers in order, so a refusal is here before the answer to the flush.
    await nc.flush();
  } catch (error) {
    refusal ??= fromNatsFailure(error, listeners.map(({ subject }) => subject).join(", "));
  }
  if (refusal !== null) {
    await drain();
    throw refusal;
  }
  started = true;
  return { closed: Promise.allSettled(subscriptions.map(({ closed }) => closed)), drain };
}

/** `nats` 2.29 writes the name into the protocol line as it is, line breaks included. */
function checkQueue(queue: string | undefined): void {
  if (queue === undefined || /^[A-Za-z0-9_=~@:+.-]{1,128}$/.test(queue)) return;
  throw new CharterError(
    "invalid_argument",
    "a queue group must be 1 to 128 of A-Z a-z 0-9 _ = ~ @ : + . -",
  );
}
