import type { NatsMessage } from "../connection/connection.ts";
import type { MethodContract } from "../contract/contract.ts";
import type { CallEnd } from "../service/incoming-request.ts";
import { beginProcessing, type Operation } from "./operation.ts";
import { requestKind } from "./operation-kind.ts";

/** What answers the requests of one rpc. */
interface Answering {
  readonly handler: (request: never, context: never) => unknown;
  readonly onEnd: CallEnd;
}

/**
 * Makes each request a server span, and measures it. What it gives answers one request: calls in its
 * handler are children of that span.
 */
export function observeRequests<E extends Answering>(
  method: MethodContract,
  endpoint: E,
): (request: NatsMessage) => E {
  const kind = requestKind(method);
  return (request) => {
    const operation = beginProcessing(kind, request);
    return operation === null ? endpoint : { ...endpoint, ...observed(endpoint, operation) };
  };
}

function observed({ handler, onEnd }: Answering, operation: Operation): Answering {
  return {
    handler: (request, context) => {
      const result = operation.run(() => handler(request, context));
      return isAsyncIterable(result) ? countFrames(result, operation) : result;
    },
    onEnd(error, startedAt) {
      operation.end(error);
      onEnd(error, startedAt);
    },
  };
}

/** A generator runs when it is asked for a frame, not when it is made. */
function countFrames(frames: AsyncIterable<unknown>, operation: Operation): AsyncIterable<unknown> {
  const iterator = frames[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const result = await operation.run(() => iterator.next());
        if (result.done !== true) operation.countFrame();
        return result;
      },
      return: async () =>
        (await operation.run(() => iterator.return?.())) ?? { done: true, value: undefined },
    }),
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
