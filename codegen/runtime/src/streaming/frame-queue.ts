import type { CharterError } from "../errors/charter-error.ts";

/** What a queue tells about its reader. */
export interface ReaderEvents {
  /** Took a frame. */
  onTake(): void;
  /** Waits for the next one. */
  onWait(): void;
  /** Knows that there are no more, or why. */
  onEnd(): void;
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: CharterError) => void;
}

/** Frames between the connection that brings them and the loop that takes them. */
export class FrameQueue<T> {
  readonly #events: ReaderEvents;
  readonly #frames: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  #end: { readonly error: CharterError | null } | null = null;

  constructor(events: ReaderEvents) {
    this.#events = events;
  }

  push(frame: T): void {
    const reader = this.#waiting.shift();
    if (reader === undefined) {
      this.#frames.push(frame);
      return;
    }
    reader.resolve({ done: false, value: frame });
    this.#events.onTake();
  }

  /** No more frames. Those that wait can still be taken; an error comes after them. */
  end(error: CharterError | null): void {
    this.#end = { error };
    // What else came in the same turn is seen before the reader is told.
    if (this.#waiting.length > 0) queueMicrotask(() => this.#tellWaiting());
  }

  /** Forgets the frames that wait: nobody wants them any more. */
  clear(): void {
    this.#frames.length = 0;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#frames.shift();
    if (value !== undefined) {
      this.#events.onTake();
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      if (this.#end !== null) {
        this.#tell(reader, this.#end);
        return;
      }
      this.#waiting.push(reader);
      this.#events.onWait();
    });
  }

  #tellWaiting(): void {
    for (const reader of this.#waiting.splice(0)) {
      if (this.#end !== null) this.#tell(reader, this.#end);
    }
  }

  /** An error is told once; after it there is nothing, as with every iterator. */
  #tell(reader: Waiting<T>, { error }: { readonly error: CharterError | null }): void {
    this.#end = { error: null };
    if (error === null) reader.resolve({ done: true, value: undefined });
    else reader.reject(error);
    this.#events.onEnd();
  }
}
