/** Work that runs in the background, again whenever it is woken, and never twice at once. */
export interface Worker {
  /** Runs the work soon; a call while it runs makes it run once more afterwards. */
  wake(): void;
  /** Resolves when nothing runs and nothing is asked for. */
  idle(): Promise<void>;
  /** Lets what runs come to its end, and runs nothing more. */
  stop(): Promise<void>;
}

/**
 * @param work resolves to whether all is done; otherwise, or when it rejects, it is tried again
 * @param retryMs the pauses before it is tried again; the last one repeats
 */
export function createWorker(work: () => Promise<boolean>, retryMs: readonly number[]): Worker {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    do {
      again = false;
      const done = await work().catch(() => false);
      attempt = done ? 0 : attempt + 1;
    } while (again && !stopped);
    running = null;
    if (attempt > 0 && !stopped) {
      const pause = retryMs[Math.min(attempt, retryMs.length) - 1] ?? 1000;
      timer = setTimeout(wake, pause);
      timer.unref();
    }
  }

  function wake(): void {
    if (stopped) return;
    clearTimeout(timer);
    if (running === null) running = run();
    else again = true;
  }

  return {
    wake,
    idle: async () => {
      while (running !== null) await running;
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
