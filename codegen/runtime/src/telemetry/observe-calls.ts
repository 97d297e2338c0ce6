import type { CallOptions, Invoke } from "../client/call.ts";
import type { RequestContract, StreamingContract } from "../contract/contract.ts";
import type { StreamingMethod } from "../streaming/streaming-method.ts";
import { ObservedFrames } from "./observed-frames.ts";
import { beginSending, type Operation } from "./operation.ts";
import { callKind } from "./operation-kind.ts";
import { isObserved, measuring } from "./sdk.ts";

/** Makes each call a client span, with all of its attempts, and measures it. */
export function observeCalls(method: RequestContract, next: Invoke): Invoke {
  const kind = callKind(method);
  return (call) => {
    const operation = beginSending(kind, call);
    if (operation === null) return next(call);
    const options = withHeaders(call.options, operation);
    operations.set(call.payload, operation);
    hasObserved = true;
    return operation.observe(() => next({ ...call, options }));
  };
}

/** By their payloads, of which each call has its own, and which all of its attempts share. */
const operations = new WeakMap<Uint8Array, Operation>();
/** Spares looking where there is nothing. */
let hasObserved = false;

/** Notes each attempt of a call after its first one in the span of the call. */
export function observeAttempts(next: Invoke): Invoke {
  return (call) => {
    if (hasObserved) operations.get(call.payload)?.noteAttempt();
    return next(call);
  };
}

/** Counts looks into the cache of an rpc, by where the reply was found: `charter.cache.lookups`. */
export function lookupCounter(
  method: RequestContract,
): (found: "memory" | "redis" | "nowhere") => void {
  const { attributes } = callKind(method);
  return (found) => measuring()?.lookups.add(1, { ...attributes, "charter.cache.found": found });
}

/** Makes each stream of frames a client span, from the first frame that is asked for to the end. */
export function observeStreams(method: StreamingContract, next: StreamingMethod): StreamingMethod {
  const kind = callKind(method);
  return (request, options = {}) => {
    if (!isObserved()) return next(request, options);
    return new ObservedFrames(() => {
      const operation = beginSending(kind, null);
      const frames = next(request, operation === null ? options : withHeaders(options, operation));
      return { operation, frames: frames[Symbol.asyncIterator]() };
    });
  };
}

function withHeaders(options: CallOptions, operation: Operation): CallOptions {
  return { ...options, headers: { ...options.headers, ...operation.headers() } };
}
