import { createHash, randomBytes } from "node:crypto";
import { type RemoteAccess, type RemoteCache, usualPatienceMs } from "./remote-cache.ts";

/**
 * What a look into the remote cache found: a reply that is still good for `leftMs`; the state in
 * which there is none, to keep one for; or nothing that can be relied on.
 */
export type Found =
  | { readonly kind: "reply"; readonly payload: Uint8Array; readonly leftMs: number }
  | { readonly kind: "miss"; readonly state: Buffer }
  | { readonly kind: "unknown" };

const unknown: Found = { kind: "unknown" };
const markBytes = 12;
const stateBytes = 16;
/** When it expires, by the wall clock, which machines share; then the state that it is good for. */
const headBytes = 8 + stateBytes;

/**
 * The replies of one rpc that processes share. Each tag has a mark, a random value that is replaced
 * when an event makes its replies stale. A reply carries a digest of the marks that were read
 * before it was asked for; with others it is a miss. Marks outlive the replies that were kept
 * before them, so that a mark that is missing never stands for two states.
 */
export class RemoteReplies {
  readonly #access: RemoteAccess;
  readonly #rpc: string;
  readonly #ttlMs: number;
  /** Marks that could not be replaced, and how many of them a mark on the whole rpc made up for. */
  #owed = 0;
  #paid = 0;

  constructor(access: RemoteAccess, rpc: string, ttlMs: number) {
    this.#access = access;
    this.#rpc = rpc;
    this.#ttlMs = ttlMs;
  }

  /** Takes a quarter of the deadline at most. */
  async look(key: string, tags: readonly string[], deadlineMs: number): Promise<Found> {
    const keys = [key, this.#markKey(""), ...tags.map((tag) => this.#markKey(tag))];
    const values = await this.#access.ask(
      async (cache) => {
        if (this.#owed !== this.#paid) await this.#pay(cache);
        return cache.getMany(keys);
      },
      Math.min(usualPatienceMs, deadlineMs / 4),
    );
    // Another event may have failed to reach it in the meantime.
    if (values === null || this.#owed !== this.#paid) return unknown;
    const [value, ...marks] = values;
    const state = stateOf(marks);
    const reply = value === null || value === undefined ? null : readReply(value, state);
    if (reply === null) return { kind: "miss", state };
    return { kind: "reply", payload: reply.payload, leftMs: Math.min(reply.leftMs, this.#ttlMs) };
  }

  /**
   * Keeps a reply for a state that was read before it was asked for, until a time of
   * `performance.now()`.
   */
  keep(key: string, state: Buffer, payload: Uint8Array, expiresAt: number): void {
    const ttlMs = Math.ceil(expiresAt - performance.now());
    if (ttlMs < 1) return;
    const value = Buffer.allocUnsafe(headBytes + payload.length);
    value.writeDoubleBE(Date.now() + ttlMs, 0);
    value.set(state, 8);
    value.set(payload, headBytes);
    void this.#access.ask((cache) => cache.set(key, value, ttlMs));
  }

  /** Makes the replies with a tag stale, for all processes. */
  async invalidate(tag: string): Promise<void> {
    const done = await this.#access.ask(async (cache) => {
      await cache.set(this.#markKey(tag), randomBytes(markBytes), this.#ttlMs * 2);
      return true;
    });
    if (done === null) this.distrust();
  }

  /** Makes all replies stale before one is taken again: events may have been missed. */
  distrust(): void {
    this.#owed += 1;
  }

  async #pay(cache: RemoteCache): Promise<void> {
    const owed = this.#owed;
    await cache.set(this.#markKey(""), randomBytes(markBytes), this.#ttlMs * 2);
    this.#paid = owed;
  }

  #markKey(tag: string): string {
    return `${this.#rpc}|${tag}`;
  }
}

function stateOf(marks: readonly (Uint8Array | null)[]): Buffer {
  const digest = createHash("sha256");
  for (const mark of marks) digest.update(mark ?? Buffer.alloc(markBytes));
  return digest.digest().subarray(0, stateBytes);
}

function readReply(
  value: Uint8Array,
  state: Buffer,
): { readonly payload: Uint8Array; readonly leftMs: number } | null {
  if (value.length < headBytes || !state.equals(value.subarray(8, headBytes))) return null;
  const expiresAt = new DataView(value.buffer, value.byteOffset).getFloat64(0);
  const leftMs = expiresAt - Date.now();
  // A copy, because what a client reads can be a part of something larger.
  return leftMs > 0 ? { payload: value.slice(headBytes), leftMs } : null;
}
