import type { Link } from "../connection/link.ts";
import type { MethodContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { canceled } from "./attempt.ts";
import type { Call, Invoke } from "./call.ts";

/**
 * Sends nothing while the connection is lost, but waits for it until the deadline. So a request is
 * not sent after its caller has given up, and who hears `unavailable` knows that it was not sent.
 */
export function holdBack(method: MethodContract, link: Link, next: Invoke): Invoke {
  return (call) =>
    link.isUp || link.isClosed ? next(call) : afterReconnect(method, link, call, next);
}

async function afterReconnect(
  method: MethodContract,
  link: Link,
  call: Call,
  next: Invoke,
): ReturnType<Invoke> {
  const { signal } = call.options;
  const startedAt = performance.now();
  if (call.deadlineMs > 0 && signal?.aborted !== true) await link.wait(call.deadlineMs, signal);
  if (signal?.aborted === true) throw canceled(method, signal);
  if (link.isUp || link.isClosed) {
    return next({ ...call, deadlineMs: call.deadlineMs - (performance.now() - startedAt) });
  }
  throw new CharterError(
    "unavailable",
    `${method.rpc}: nothing was sent, because the connection to NATS was lost and not back after ` +
      `${Math.ceil(call.deadlineMs)} ms; look at the NATS server and the network`,
  );
}
