import type { Operation } from "./operation.ts";

/** Frames, and the operation that they are counted for. */
export interface Observed<T> {
  readonly operation: Operation | null;
  readonly frames: AsyncIterator<T, undefined>;
}

/** Frames whose reader is observed. Nothing begins before the first one is asked for. */
export class ObservedFrames<T> implements AsyncIterableIterator<T, undefined> {
  readonly #begin: () => Observed<T>;
  #observed: Observed<T> | undefined;

  constructor(begin: () => Observed<T>) {
    this.#begin = begin;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    this.#observed ??= this.#begin();
    const { operation, frames } = this.#observed;
    try {
      const result = await (operation?.run(() => frames.next()) ?? frames.next());
      if (result.done === true) operation?.end(null);
      else operation?.countFrame();
      return result;
    } catch (error) {
      operation?.end(error);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#observed?.frames.return?.();
    this.#observed?.operation?.end(null);
    return { done: true, value: undefined };
  }
}
