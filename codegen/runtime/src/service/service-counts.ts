import type { MethodContract } from "../contract/contract.ts";
import type { CharterError } from "../errors/charter-error.ts";
import type { EndpointStats } from "./discovery.ts";

const nanosecondsPerMillisecond = 1e6;

/** Counts the requests of one endpoint, as ADR-32 reports them. */
export class EndpointCounts {
  readonly #method: MethodContract;
  #requests = 0;
  #errors = 0;
  #lastError = "";
  #processingMs = 0;
  #inHand = 0;
  #onIdle: (() => void)[] = [];

  constructor(method: MethodContract) {
    this.#method = method;
  }

  begin(): void {
    this.#requests += 1;
    this.#inHand += 1;
  }

  readonly end = (error: CharterError | null, startedAt: number): void => {
    this.#processingMs += performance.now() - startedAt;
    this.#inHand -= 1;
    if (error !== null) this.#countError(error);
    if (this.#inHand > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  };

  /** A request that never comes in hand. */
  refuse(error: CharterError): void {
    this.#requests += 1;
    this.#countError(error);
  }

  /** Resolves when no request is in hand. */
  idle(): Promise<void> {
    if (this.#inHand === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  stats(): EndpointStats {
    const total = Math.round(this.#processingMs * nanosecondsPerMillisecond);
    return {
      name: this.#method.name,
      subject: this.#method.subject.wildcard,
      queue_group: this.#method.queueGroup,
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: total,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(total / this.#requests),
    };
  }

  #countError(error: CharterError): void {
    this.#errors += 1;
    this.#lastError = `${error.code}: ${error.message}`.slice(0, 256);
  }
}
