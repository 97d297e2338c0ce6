/**
 * Waits for somebody who sends something now and then. To hear costs a look at the clock, and no
 * timer.
 */
export class Patience {
  readonly #onSilence: () => void;
  #limitMs = 0;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastLook: ReturnType<typeof setImmediate> | undefined;

  /** `onSilence` runs once for each `start`, when nothing was heard for its time. */
  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  start(limitMs: number): void {
    this.stop();
    this.#limitMs = limitMs;
    this.hear();
    this.#timer = setTimeout(this.#look, limitMs);
  }

  hear(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#lastLook);
  }

  readonly #look = (): void => {
    if (this.#waitOn()) return;
    // After a long computation timers fire before the messages that came meanwhile are read.
    this.#lastLook = setImmediate(() => {
      if (!this.#waitOn()) this.#onSilence();
    });
  };

  #waitOn(): boolean {
    const restMs = this.#heardAt + this.#limitMs - performance.now();
    // Timers fire up to a millisecond early.
    if (restMs < 1) return false;
    this.#timer = setTimeout(this.#look, restMs);
    return true;
  }
}
