import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  handleWhen,
  SamplingBreaker,
} from "cockatiel";
import type { Link } from "../connection/link.ts";
import type { MethodContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { cameAsReply } from "../errors/error-reply.ts";
import type { Call, Invoke } from "./call.ts";

/** When calls are refused because those before them failed. */
export interface BreakerOptions {
  /** The part of the requests that must have failed, between 0 and 1: 0.5 without it. */
  readonly threshold?: number | undefined;
  /** The time that is looked at, in milliseconds: 10000 without it. */
  readonly windowMs?: number | undefined;
  /** Fewer requests than this in that time say nothing: 20 without it. */
  readonly minimumRequests?: number | undefined;
  /** How long calls are refused before one is tried, in milliseconds: 1000 without it. */
  readonly openMs?: number | undefined;
}

/**
 * Refuses calls with `unavailable` for a while when most requests were answered with `unavailable`,
 * or not in time. There is one for each pattern: whoever serves it serves it for all values of its
 * parameters, and a single subject is seldom called often enough to tell.
 */
export function breaker(
  method: MethodContract,
  link: Link,
  options: BreakerOptions,
  next: Invoke,
): Invoke {
  const circuit = new Circuit(method, link, options);
  // cockatiel's own `execute` costs a call as much as all the rest of it, so it only sees failures,
  // and what is called while they prevail.
  return (call) => (circuit.isClosed ? circuit.watch(call, next(call)) : circuit.probe(call, next));
}

/** Whether a call was refused here. */
export function isRefusal(error: CharterError): boolean {
  return error.cause instanceof BrokenCircuitError;
}

class Circuit {
  readonly #method: MethodContract;
  readonly #link: Link;
  readonly #openMs: number;
  readonly #samples: SamplingBreaker;
  readonly #policy;
  #openedAt = 0;
  /** Rises when it opens or closes: what was sent before says nothing of the time after. */
  #era = 0;

  constructor(
    method: MethodContract,
    link: Link,
    { threshold = 0.5, windowMs = 10_000, minimumRequests = 20, openMs = 1000 }: BreakerOptions,
  ) {
    this.#method = method;
    this.#link = link;
    this.#openMs = openMs;
    const minimumRps = (minimumRequests * 1000) / windowMs;
    this.#samples = new SamplingBreaker({ threshold, duration: windowMs, minimumRps });
    this.#policy = circuitBreaker(handleWhen(isTrouble), {
      breaker: this.#samples,
      halfOpenAfter: openMs,
    });
    this.#policy.onStateChange(() => {
      this.#era += 1;
    });
    this.#policy.onBreak(() => {
      this.#openedAt = Date.now();
    });
  }

  get isClosed(): boolean {
    return this.#policy.state === CircuitState.Closed;
  }

  watch(call: Call, reply: ReturnType<Invoke>): ReturnType<Invoke> {
    const era = this.#era;
    const { losses } = this.#link;
    return reply.then(
      (message) => {
        this.#samples.success(CircuitState.Closed);
        return message;
      },
      async (error) => {
        const tells = era === this.#era && losses === this.#link.losses && this.#hadTime(call);
        if (!tells || !isTrouble(error)) throw error;
        return this.#policy.execute(() => Promise.reject(error));
      },
    );
  }

  /** Not so where others have used the time up: earlier attempts, or a handler that calls. */
  #hadTime({ deadlineMs, options }: Call): boolean {
    return deadlineMs >= (options.deadlineMs ?? this.#method.deadlineMs) / 2;
  }

  async probe(call: Call, next: Invoke): ReturnType<Invoke> {
    try {
      // The library lets others wait for the probe, whatever their deadline is.
      if (this.#policy.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
      return await this.#policy.execute(() => next(call));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#refusal(error) : error;
    }
  }

  #refusal(cause: BrokenCircuitError): CharterError {
    const leftMs = Math.max(0, this.#openedAt + this.#openMs - Date.now());
    const when = leftMs > 0 ? `one is tried in ${leftMs} ms` : "one is being tried";
    return new CharterError(
      "unavailable",
      `${this.#method.rpc}: nothing was sent, because most requests failed lately; ${when}. ` +
        `Look at the instances of ${this.#method.queueGroup}: they are overloaded, or hang`,
      { cause },
    );
  }
}

/**
 * Failures that say that a service is in trouble. That nobody listens does not count: it is known
 * at once, and is over as soon as somebody does.
 */
function isTrouble(error: unknown): boolean {
  if (!(error instanceof CharterError)) return false;
  return error.code === "deadline_exceeded" || (error.code === "unavailable" && cameAsReply(error));
}
