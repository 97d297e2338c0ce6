/** How long a success pays for retries, in milliseconds. */
const windowMs = 10_000;
/** What a client may retry without any success, within a window. */
const reserve = 100;

/**
 * Bounds what retries add to the load of services that are in trouble: for each call that succeeded
 * in the last 10 s a part of a retry, and 100 besides. Requests that are lost with an instance are a
 * part of those in flight, which is far less than that; calls that all time out are not.
 */
export class RetryBudget {
  readonly #perSuccess: number;
  #tokens = reserve;
  #successes = 0;
  #settledAt = performance.now();

  constructor(perSuccess: number) {
    this.#perSuccess = perSuccess;
  }

  /** Only counts: it stands in the way of every call. */
  earn(): void {
    this.#successes += 1;
  }

  /** Whether there may be one more attempt. */
  spend(): boolean {
    this.#settle();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** For an attempt that was no load to anybody. */
  giveBack(): void {
    this.#tokens += 1;
  }

  /** What is older than the window is gone; successes count as if they had come evenly. */
  #settle(): void {
    const now = performance.now();
    const windows = (now - this.#settledAt) / windowMs;
    const lost = Math.min(1, windows);
    const recent = this.#successes / Math.max(1, windows);
    this.#tokens = this.#tokens * (1 - lost) + reserve * lost + recent * this.#perSuccess;
    this.#successes = 0;
    this.#settledAt = now;
  }
}
