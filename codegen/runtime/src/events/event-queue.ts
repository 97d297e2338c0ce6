/** Events between a callback that pushes and one `for await` that pulls. */
export class EventQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #waiting: T[] = [];
  readonly #capacity: number;
  readonly #onReturn: () => Promise<void>;
  #readers: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #ended = false;

  /** `onReturn` runs when the loop is left early. */
  constructor(capacity: number, onReturn: () => Promise<void>) {
    this.#capacity = capacity;
    this.#onReturn = onReturn;
  }

  /** False when there is no room. After the end nobody reads, and the value goes nowhere. */
  push(value: T): boolean {
    if (this.#ended) return true;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value });
      return true;
    }
    if (this.#waiting.length >= this.#capacity) return false;
    this.#waiting.push(value);
    return true;
  }

  /** No more is pushed. What waits can still be read. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader({ done: true, value: undefined });
    this.#readers = [];
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#waiting.length = 0;
    this.end();
    await this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
