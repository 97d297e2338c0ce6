/** Tells how long this process could not look at what came in, because it was busy or not run. */
export interface LagWatch {
  /** Milliseconds since the last `reset`. */
  lostMs(): number;
  reset(): void;
  stop(): void;
}

const tickMs = 4;

/** A timer that is late is late by what everything else here is late by, too. */
export function createLagWatch(): LagWatch {
  let lost = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    lost += Math.max(0, now - last - 2 * tickMs);
    last = now;
  };
  const timer = setInterval(look, tickMs);
  timer.unref();
  return {
    lostMs() {
      look();
      return lost;
    },
    reset() {
      lost = 0;
      last = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}
