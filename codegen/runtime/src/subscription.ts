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
 * `CharterError` when it refuses one: `permission_denied`, `unavailable`. A refusal that comes later,
 * when rights are withdrawn, goes to `onError`.
 */
export async function listen(
  nc: Connection,
  listeners: readonly Listener[],
  onError: (error: unknown, where: string) => void,
): Promise<Listening> {
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
