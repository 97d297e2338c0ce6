/**
 * A cache that processes share, such as Redis. What is asked of it must take effect in the order in
 * which it was asked.
 */
export interface RemoteCache {
  /** The values of keys, null for those that are not there. */
  getMany(keys: readonly string[]): Promise<readonly (Uint8Array | null)[]>;
  /** Keeps a value for so many milliseconds, a whole number above 0. */
  set(key: string, value: Uint8Array, ttlMs: number): Promise<void>;
}

export const usualPatienceMs = 50;
/** A single late answer is no outage; a remote cache that is away is asked once a second. */
const firstPauseMs = 50;
const longestPauseMs = 1000;

/** Asks a remote cache, but never waits long for it: a call can do without. */
export class RemoteAccess {
  readonly #cache: RemoteCache;
  readonly #onError: (error: unknown, isFirst: boolean) => void;
  #pausedUntil = 0;
  /** Since the last answer. */
  #failures = 0;

  /** @param onError sees each failure, and whether the question before it was answered. */
  constructor(cache: RemoteCache, onError: (error: unknown, isFirst: boolean) => void) {
    this.#cache = cache;
    this.#onError = onError;
  }

  /**
   * What the work gives, or null when it fails or takes longer than `patienceMs`. Nothing is asked
   * for a while then, and null is given at once: 50 ms, doubled with each failure, a second at most.
   */
  async ask<T>(
    work: (cache: RemoteCache) => Promise<T>,
    patienceMs = usualPatienceMs,
  ): Promise<T | null> {
    if (performance.now() < this.#pausedUntil) return null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const giveUp = () =>
        reject(new Error(`the remote cache did not answer within ${Math.ceil(patienceMs)} ms`));
      // Where this process itself was held up, the answer has come, and is read after the timers.
      timer = setTimeout(() => setImmediate(giveUp), patienceMs);
    });
    try {
      const answer = await Promise.race([work(this.#cache), late]);
      this.#failures = 0;
      return answer;
    } catch (error) {
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
      this.#pausedUntil = performance.now() + pauseMs;
      this.#onError(error, this.#failures === 0);
      this.#failures += 1;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
