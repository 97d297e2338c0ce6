export interface RateCheck {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Milliseconds since 1970. */
  readonly resetsAtMs: number;
}

/** Counts actions in windows of fixed length. */
export interface RateLimits {
  /** Counts the cost when there is room for it; a cost of 0 only asks. */
  check(action: string, cost: number): RateCheck;
}

/** What one action may cost together in a window: the largest single cost fits once. */
const limit = 1000;
const windowMs = 60_000;
/** Windows that are held; those that are over are forgotten when there are as many. */
const mostWindows = 100_000;

/** @param now milliseconds since 1970; never goes back */
export function createRateLimits(now: () => number): RateLimits {
  const windows = new Map<string, { used: number; readonly endsAtMs: number }>();
  return {
    check(action, cost) {
      if (windows.size >= mostWindows) {
        for (const [name, { endsAtMs }] of windows) if (endsAtMs <= now()) windows.delete(name);
      }
      const held = windows.get(action);
      const isOpen = held !== undefined && held.endsAtMs > now();
      const window = isOpen ? held : { used: 0, endsAtMs: now() + windowMs };
      const allowed = window.used + cost <= limit;
      if (allowed) window.used += cost;
      if (windows.size < mostWindows || isOpen) windows.set(action, window);
      return { allowed, remaining: limit - window.used, resetsAtMs: window.endsAtMs };
    },
  };
}
