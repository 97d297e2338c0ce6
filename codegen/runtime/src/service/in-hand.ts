import { AsyncLocalStorage } from "node:async_hooks";

/** A request while its handler is at work. */
export interface InHand {
  /** Whether the handler has come to its end. What it has started and left behind is free. */
  readonly isDone: boolean;
  /** What is left for it, in milliseconds. */
  remainingMs(): number;
  readonly signal: AbortSignal;
  /** Whether the signal can fire before the time is over. */
  readonly canEndEarly: boolean;
}

// Shared by all copies of this package in a process, such as its ES module and its CommonJS build:
// a handler of one may call with the client of another.
const key = Symbol.for("@charter-nats/runtime/in-hand");
const shared = globalThis as { [key]?: AsyncLocalStorage<InHand> };

/**
 * Lets handlers be known to the calls in them from now on. The first client asks for it, because it
 * costs each request up to a microsecond, and a service that calls nobody has no use for it.
 */
export function noticeHandlers(): void {
  shared[key] ??= new AsyncLocalStorage();
}

/** Runs a handler, so that calls in it are bound by the request that it answers. */
export function runInHand<T>(request: InHand, handler: () => T): T {
  const inHand = shared[key];
  return inHand === undefined ? handler() : inHand.run(request, handler);
}

/** The request whose handler makes a call, if there is one. */
export function requestInHand(): InHand | undefined {
  const request = shared[key]?.getStore();
  return request === undefined || request.isDone ? undefined : request;
}
