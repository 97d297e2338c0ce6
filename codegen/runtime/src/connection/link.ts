import type { Connection } from "./connection.ts";

/**
 * Whether a connection reaches its server at the moment. Both NATS clients take messages while it
 * does not: they throw them away when they dial again, or send them once they are through, long
 * after the sender gave up. So nothing is handed over in the meantime.
 */
export class Link {
  readonly #nc: Connection;
  readonly #waiting = new Set<() => void>();
  #isLost = false;
  #losses = 0;

  constructor(nc: Connection) {
    this.#nc = nc;
    if (nc.isClosed()) return;
    void this.#follow();
    // The status of `nats` 2.29 does not end.
    void nc.closed().then(() => this.#wake());
  }

  get isUp(): boolean {
    return !this.#isLost;
  }

  /** It does not come back. */
  get isClosed(): boolean {
    return this.#nc.isClosed();
  }

  /** How often the connection was lost. What was under way then may have gone with it. */
  get losses(): number {
    return this.#losses;
  }

  /** Resolves when it is up again or closed, when `ms` are over, or when the signal fires. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end, { once: true });
      this.#waiting.add(end);
    });
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#nc.status()) {
      if (type === "disconnect") {
        this.#isLost = true;
        this.#losses += 1;
      } else if (type === "reconnect") {
        this.#isLost = false;
        this.#wake();
      }
    }
  }

  #wake(): void {
    for (const end of this.#waiting) end();
  }
}

const links = new WeakMap<Connection, Link>();

/** The link of a connection; the same one each time. */
export function linkOf(nc: Connection): Link {
  const known = links.get(nc);
  if (known !== undefined) return known;
  const link = new Link(nc);
  links.set(nc, link);
  return link;
}
