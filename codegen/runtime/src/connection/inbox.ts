import { createInbox } from "@nats-io/nats-core";
import type { Connection, NatsSubscription } from "./connection.ts";

/**
 * A new subject for answers, below the connection's own prefix: access rules may allow no other.
 * Both clients keep the prefix in `options`, from where their own packages read it as well.
 */
export function newInbox(nc: Connection): string {
  const { options } = nc as { options?: { inboxPrefix?: string } };
  return createInbox(options?.inboxPrefix);
}

/**
 * Lets a subscription hear when the server refuses a request: it names the subject of the request,
 * and both clients look for the subscription that waits for its answer.
 */
export function answersTo(subscription: NatsSubscription, requestSubject: string): void {
  (subscription as { requestSubject?: string }).requestSubject = requestSubject;
}
