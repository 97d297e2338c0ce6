import type { Connection } from "../connection/connection.ts";
import type { FailureListener } from "../connection/failures.ts";
import { linkOf } from "../connection/link.ts";
import { type Listening, listen } from "../connection/subscription.ts";
import type { Staleness } from "./staleness.ts";

/** What an `EventWatch` tells. */
export interface StalenessListener {
  /** An event came that makes replies with these tags stale. */
  readonly onEvent: (tags: readonly string[]) => void;
  /** Events may have been missed. */
  readonly onGap: () => void;
  readonly onError: FailureListener;
}

const pauseMs = 10_000;

/** Listens to the events that make the replies of one rpc stale, from its first call on. */
export class EventWatch {
  readonly #nc: Connection;
  readonly #rpc: string;
  readonly #kinds: readonly Staleness[];
  readonly #listener: StalenessListener;
  #listening: Promise<boolean> | null = null;
  #losses: number;
  #pausedUntil = 0;

  constructor(
    nc: Connection,
    rpc: string,
    kinds: readonly Staleness[],
    listener: StalenessListener,
  ) {
    this.#nc = nc;
    this.#rpc = rpc;
    this.#kinds = kinds;
    this.#listener = listener;
    this.#losses = linkOf(nc).losses;
  }

  /**
   * Whether replies that are asked for from now on can be cached, as far as is known. Tells of a
   * gap before it answers.
   */
  isHearing(): boolean {
    if (this.#kinds.length === 0) return true;
    const link = linkOf(this.#nc);
    if (link.losses !== this.#losses) {
      this.#losses = link.losses;
      this.#listener.onGap();
    }
    if (!link.isUp || link.isClosed || performance.now() < this.#pausedUntil) return false;
    // A request that is sent next reaches the server after the subscription.
    this.#listening ??= this.#listen();
    return true;
  }

  /** Whether the server has let it listen. */
  async isConfirmed(): Promise<boolean> {
    return this.#kinds.length === 0 || ((await this.#listening) ?? false);
  }

  async #listen(): Promise<boolean> {
    let listening: Listening | undefined;
    const listeners = this.#kinds.map((kind) => ({
      subject: kind.wildcard,
      onMessage: ({ subject }: { readonly subject: string }) =>
        this.#listener.onEvent(kind.tagsHit(subject)),
    }));
    try {
      listening = await listen(this.#nc, listeners, (error) => {
        void listening?.drain();
        this.#pause(error);
      });
      return true;
    } catch (error) {
      this.#pause(error);
      return false;
    }
  }

  /** Nothing is cached for a while, because nothing can be heard. */
  #pause(error: unknown): void {
    this.#listening = null;
    this.#pausedUntil = performance.now() + pauseMs;
    this.#listener.onGap();
    this.#listener.onError(error, `${this.#rpc} is not cached`);
  }
}
