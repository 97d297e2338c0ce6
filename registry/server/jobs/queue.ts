import pLimit from "p-limit";
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";

/** Runs so much work at once, lets a bounded number wait, and refuses the rest. */
export interface Queue {
  /** @throws RegistryFailure BUSY */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** From now on refuses new work and what waits. */
  refuse(): void;
  /** Refuses, and resolves when what runs has ended. */
  stop(): Promise<void>;
}

export function createQueue(concurrency: number): Queue {
  const slots = pLimit(concurrency);
  const open = new Set<Promise<unknown>>();
  let refusing = false;

  async function admit<T>(work: () => Promise<T>): Promise<T> {
    if (slots.pendingCount >= limits.proposalsWaiting) {
      throw busy(`${limits.proposalsWaiting} proposals wait already`);
    }
    return slots(() => {
      if (refusing) throw busy("the registry is stopping");
      return work();
    });
  }

  const refuse = () => {
    refusing = true;
  };
  return {
    run(work) {
      const result = admit(work);
      open.add(result);
      const done = () => open.delete(result);
      result.then(done, done);
      return result;
    },
    refuse,
    async stop() {
      refuse();
      await Promise.allSettled(open);
    },
  };
}

function busy(reason: string): RegistryFailure {
  return new RegistryFailure("BUSY", `Nothing was judged: ${reason}. Try again in a few seconds.`);
}
