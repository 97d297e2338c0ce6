import { LRUCache } from "lru-cache";

/** A reply that is held, or on its way. */
export interface Entry {
  readonly key: string;
  /** What makes it stale. */
  readonly tags: readonly string[];
  isStale: boolean;
  isHeld: boolean;
  /** Empty until it is held. */
  payload: Uint8Array;
  /** By `performance.now()`, in milliseconds. */
  expiresAt: number;
}

/** What an entry costs beside its payload, in bytes, roughly: key, tags and their index. */
const entryBytes = 512;

/** The replies that this process holds: those that were used last. */
export class LocalReplies {
  readonly #held: LRUCache<string, Entry>;
  /** Entries by what makes them stale. Those on their way are here as well: events overtake them. */
  readonly #tagged = new Map<string, Set<Entry>>();

  constructor(maxEntries: number, maxBytes: number) {
    this.#held = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: ({ payload }) => payload.length + entryBytes,
      dispose: (entry) => this.forget(entry),
    });
  }

  get entries(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#held.calculatedSize;
  }

  /** The payload of a reply that is still good. */
  get(key: string): Uint8Array | null {
    const entry = this.#held.get(key);
    if (entry === undefined) return null;
    if (entry.expiresAt > performance.now()) return entry.payload;
    this.#held.delete(key);
    return null;
  }

  /** Watches over a reply from now on, until it is forgotten. */
  expect(key: string, tags: readonly string[]): Entry {
    const entry: Entry = {
      key,
      tags,
      isStale: false,
      isHeld: false,
      payload: new Uint8Array(),
      expiresAt: 0,
    };
    for (const tag of tags) {
      const others = this.#tagged.get(tag);
      if (others === undefined) this.#tagged.set(tag, new Set([entry]));
      else others.add(entry);
    }
    return entry;
  }

  hold(entry: Entry, payload: Uint8Array, expiresAt: number): void {
    entry.isHeld = true;
    entry.payload = payload;
    entry.expiresAt = expiresAt;
    this.#held.set(entry.key, entry);
    // What is larger than all of the cache is not taken, and not disposed of.
    if (this.#held.peek(entry.key) !== entry) this.forget(entry);
  }

  forget(entry: Entry): void {
    for (const tag of entry.tags) {
      const others = this.#tagged.get(tag);
      others?.delete(entry);
      if (others?.size === 0) this.#tagged.delete(tag);
    }
  }

  /** Drops the replies with a tag, and gives their number. */
  invalidate(tag: string): number {
    const entries = [...(this.#tagged.get(tag) ?? [])];
    for (const entry of entries) {
      entry.isStale = true;
      if (this.#held.peek(entry.key) === entry) this.#held.delete(entry.key);
      else this.forget(entry);
    }
    return entries.length;
  }
}
