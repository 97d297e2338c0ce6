/** Waits for one thing at a time, which may be that nothing comes. */
export interface Patience {
  readonly isOver: boolean;
  /** Forgets what was waited for. @param onSilence gets the milliseconds since the call */
  wait(ms: number, onSilence: (afterMs: number) => void): void;
  /** For good. */
  stop(): void;
}

export function createPatience(): Patience {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastLook: ReturnType<typeof setImmediate> | undefined;
  let isOver = false;
  const forget = () => {
    clearTimeout(timer);
    clearImmediate(lastLook);
  };
  return {
    get isOver() {
      return isOver;
    },
    wait(ms, onSilence) {
      if (isOver) return;
      forget();
      const since = performance.now();
      timer = setTimeout(() => {
        // After a long computation timers fire before the messages that came meanwhile are read.
        lastLook = setImmediate(() => onSilence(performance.now() - since));
      }, ms);
    },
    stop() {
      isOver = true;
      forget();
    },
  };
}
