/** Keeps a run to so many messages a second, whatever its parts do at once. */
export interface Pace {
  /** Resolves when that many more may be sent. */
  take(messages: number): Promise<void>;
}

/** What may be sent at once after a pause, as a part of a second: enough not to wait for timers. */
const burstSeconds = 0.1;

/** A token bucket. Whoever comes first goes first. @param now in milliseconds; the clock without it */
export function createPace(
  perSecond: number,
  now: () => number = () => performance.now(),
  wait: (ms: number) => Promise<void> = sleep,
): Pace {
  const most = Math.max(1, perSecond * burstSeconds);
  let tokens = most;
  let filledAt = now();
  return {
    async take(messages) {
      const at = now();
      tokens = Math.min(most, tokens + ((at - filledAt) / 1000) * perSecond) - messages;
      filledAt = at;
      // A debt is waited for by whoever makes it, so that the next one waits longer.
      if (tokens < 0) await wait((-tokens / perSecond) * 1000);
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
