import { within } from "./within.ts";

/** Work that runs in the background, again whenever it is woken, and never twice at once. */
export interface Worker {
  /** Runs the work soon; a call while it runs makes it run once more afterwards. */
  wake(): void;
  /** Resolves when nothing runs and nothing is asked for, or after so many milliseconds. */
  idle(withinMs: number): Promise<void>;
  /** Tells what runs to come to its end, waits for it, and runs nothing more. */
  stop(): Promise<void>;
}

/**
 * @param work resolves to whether all is done; otherwise, or when it rejects, it is tried again.
 *   Its signal is aborted when the worker stops
 * @param options.retryMs the pauses before it is tried again; the last one repeats
 * @param options.onFailure told of each rejection
 */
export function createWorker(
  work: (signal: AbortSignal) => Promise<boolean>,
  options: { readonly retryMs: readonly number[]; readonly onFailure: (error: unknown) => void },
): Worker {
  const { retryMs, onFailure } = options;
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let again = false;
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;

  async function once(): Promise<boolean> {
    try {
      return await work(stopping.signal);
    } catch (error) {
      onFailure(error);
      return false;
    }
  }

  async function run(): Promise<void> {
    do {
      again = false;
      attempt = (await once()) ? 0 : attempt + 1;
    } while (again && !stopping.signal.aborted);
    running = null;
    if (attempt > 0 && !stopping.signal.aborted) {
      const pause = retryMs[Math.min(attempt, retryMs.length) - 1] ?? 1000;
      timer = setTimeout(wake, pause);
      timer.unref();
    }
  }

  function wake(): void {
    if (stopping.signal.aborted) return;
    clearTimeout(timer);
    if (running === null) running = run();
    else again = true;
  }

  return {
    wake,
    async idle(withinMs) {
      await within(withinMs, running ?? Promise.resolve());
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
