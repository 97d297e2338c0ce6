import { canceled } from "../client/attempt.ts";
import type { AnyRequest, Call } from "../client/call.ts";
import { CharterError } from "../errors/charter-error.ts";

/**
 * One call for all who ask the same at the same time. Each of them waits as long as they like; it
 * is given up when all of them have.
 */
export class SharedCall<T> {
  readonly #method: AnyRequest;
  readonly #outcome: Promise<T>;
  readonly #endsAt: number;
  readonly #abort = new AbortController();
  #waiting = 0;
  #isOver = false;

  /** `deadlineMs` is that of the first caller, which `run` keeps. */
  constructor(method: AnyRequest, deadlineMs: number, run: (signal: AbortSignal) => Promise<T>) {
    this.#method = method;
    this.#endsAt = performance.now() + deadlineMs;
    this.#outcome = run(this.#abort.signal).finally(() => {
      this.#isOver = true;
    });
  }

  get isGivenUp(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Rejects with `canceled` or `deadline_exceeded` when that caller does not wait any longer. */
  async join({ deadlineMs, options: { signal } }: Call): Promise<T> {
    this.#waiting += 1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#outcome.then(resolve, reject);
        if (performance.now() + deadlineMs < this.#endsAt - 1) {
          timer = setTimeout(() => reject(this.#late()), deadlineMs);
        }
        if (signal === undefined) return;
        onAbort = () => reject(canceled(this.#method, signal));
        signal.addEventListener("abort", onAbort);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isOver) this.#abort.abort();
    }
  }

  #late(): CharterError {
    return new CharterError("deadline_exceeded", `${this.#method.rpc}: no reply came in time`);
  }
}
