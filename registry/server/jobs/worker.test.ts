import { describe, expect, it } from "vitest";
import { createWorker } from "./worker.ts";

/** A piece of work that a test lets end. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const quiet = { retryMs: [1], onFailure: () => {} };

describe("createWorker", () => {
  it("runs once more when it is woken while it runs, and never twice at once", async () => {
    const first = gate();
    let running = 0;
    let runs = 0;
    let most = 0;
    const worker = createWorker(async () => {
      most = Math.max(most, ++running);
      runs++;
      if (runs === 1) await first.opened;
      running--;
      return true;
    }, quiet);
    for (let i = 0; i < 5; i++) worker.wake();
    first.open();
    await worker.idle(10_000);
    expect({ runs, most }).toEqual({ runs: 2, most: 1 });
    await worker.stop();
  });

  it("tries again what was not done, and tells of what was thrown", async () => {
    const failures: unknown[] = [];
    const done = gate();
    const outcomes = [false, new Error("away"), true];
    const worker = createWorker(
      async () => {
        const outcome = outcomes.shift();
        if (outcome instanceof Error) throw outcome;
        if (outcomes.length === 0) done.open();
        return outcome ?? true;
      },
      { retryMs: [1, 2], onFailure: (error) => failures.push(error) },
    );
    worker.wake();
    await done.opened;
    expect(failures).toEqual([new Error("away")]);
    await worker.stop();
  });

  it("lets nobody wait for work that hangs, and stops with its signal", async () => {
    const worker = createWorker(
      (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(false))),
      quiet,
    );
    worker.wake();
    await worker.idle(5);
    await worker.stop();
    worker.wake();
    await worker.idle(10_000);
  });
});
