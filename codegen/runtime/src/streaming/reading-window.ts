import { initialWindow } from "./control.ts";

/** A reader that keeps up lets the service go further ahead, up to this many frames … */
const maxWindow = 256;
/** … while so many of the largest frame seen fit in this many bytes. */
const maxWindowBytes = 1 << 20;

/**
 * How far a service may be ahead of the reader, in frames. What was allowed and not yet taken is
 * all that can wait here, so it bounds the memory.
 */
export class ReadingWindow {
  #size = initialWindow;
  #allowed = initialWindow;
  #received = 0;
  #taken = 0;
  #largestBytes = 0;
  #ranDry = false;

  get received(): number {
    return this.#received;
  }

  /** The service may send nothing: it is the reader that everybody waits for. */
  get exhausted(): boolean {
    return this.#received === this.#allowed;
  }

  /** Counts a frame that has come. False for one that the service was not allowed to send. */
  receive(bytes: number): boolean {
    if (this.exhausted) return false;
    this.#received += 1;
    if (bytes > this.#largestBytes) this.#largestBytes = bytes;
    if (this.exhausted) this.#ranDry = true;
    return true;
  }

  /** Counts a frame that the reader took, and gives how many more to allow; 0 is for later. */
  take(): number {
    this.#taken += 1;
    return this.#allow();
  }

  /**
   * The reader has taken everything and wants more. If the service had to wait for credit in the
   * meantime, it was the way there and back that held both up: more frames must be on their way.
   */
  wait(): number {
    if (!this.#ranDry) return 0;
    this.#ranDry = false;
    const doubled = Math.min(this.#size * 2, maxWindow);
    if (doubled * this.#largestBytes <= maxWindowBytes) this.#size = doubled;
    return this.#allow();
  }

  /** Half a window at a time: a message for each frame would cost more than the frame. */
  #allow(): number {
    const ahead = this.#allowed - this.#taken;
    if (ahead > this.#size / 2) return 0;
    this.#allowed += this.#size - ahead;
    return this.#size - ahead;
  }
}
