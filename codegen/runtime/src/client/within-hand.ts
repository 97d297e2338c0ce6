import type { MethodContract } from "../contract/contract.ts";
import { type InHand, requestInHand } from "../service/in-hand.ts";
import type { CallOptions } from "./call.ts";

interface Bounds {
  readonly deadlineMs: number;
  readonly options: CallOptions;
}

/**
 * The deadline and the signal of a call. One that a handler makes has no more time than the request
 * that the handler answers, and ends with it.
 */
export function boundsOf(method: MethodContract, options: CallOptions): Bounds {
  const deadlineMs = options.deadlineMs ?? method.deadlineMs;
  const request = requestInHand();
  if (request === undefined) return { deadlineMs, options };
  return {
    // Rounded down, because what is sent are whole milliseconds, and never more than is left.
    deadlineMs: Math.min(deadlineMs, Math.floor(request.remainingMs())),
    options:
      method.kind === "streaming" || request.canEndEarly ? signalled(options, request) : options,
  };
}

function signalled(options: CallOptions, { signal }: InHand): CallOptions {
  const own = options.signal;
  return { ...options, signal: own === undefined ? signal : AbortSignal.any([own, signal]) };
}
