import { Worker } from "node:worker_threads";
import type { StubPackageInput } from "../../../codegen/generator/stub-package.ts";
import type { PackedPackage } from "../ports.ts";

/** What the thread answers. */
export type ThreadAnswer =
  | { readonly id: number; readonly packed: PackedPackage }
  | { readonly id: number; readonly error: string };

/** Packs stub packages beside the server's own thread. */
export interface StubThread {
  pack(input: StubPackageInput): Promise<PackedPackage>;
  /** Ends the thread; what it works on is rejected. */
  stop(): Promise<void>;
}

/**
 * Generates in a thread of its own, started with the first package: the generator's time grows with
 * the square of a file's messages, half a minute for a thousand, and no look-up may wait for that.
 */
export function startStubThread(): StubThread {
  const open = new Map<number, { resolve(p: PackedPackage): void; reject(e: Error): void }>();
  let worker: Worker | null = null;
  let last = 0;

  function started(): Worker {
    if (worker !== null) return worker;
    const next = new Worker(new URL("./stub-thread-main.ts", import.meta.url));
    const end = (reason: string) => {
      if (worker === next) worker = null;
      for (const each of open.values()) each.reject(new Error(reason));
      open.clear();
    };
    next.on("message", (answer: ThreadAnswer) => {
      const asked = open.get(answer.id);
      open.delete(answer.id);
      if ("packed" in answer) asked?.resolve(answer.packed);
      else asked?.reject(new Error(answer.error));
    });
    next.on("error", (error) => end(`the generator's thread failed: ${error.message}`));
    next.on("exit", () => end("the generator's thread ended"));
    // It alone keeps no process alive.
    next.unref();
    worker = next;
    return next;
  }

  return {
    pack: (input) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        open.set(id, { resolve, reject });
        started().postMessage({ id, input });
      }),
    async stop() {
      await worker?.terminate();
    },
  };
}
