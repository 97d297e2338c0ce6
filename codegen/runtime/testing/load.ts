import { deferred } from "./lab-server.ts";

/** Makes one call. The id is the only one of its kind. */
type Call = (id: string) => Promise<{ readonly instance: string }>;

/** Calls that go on until they are stopped. */
export class Load {
  /** Who answered, in the order of the replies. */
  readonly replies: string[] = [];
  readonly failures: unknown[] = [];
  readonly #name: string;
  readonly #call: Call;
  readonly #underWay = new Set<Promise<void>>();
  #watchers: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];
  #pace: ReturnType<typeof setInterval> | undefined;
  #isStopped = false;
  #count = 0;

  constructor(name: string, call: Call) {
    this.#name = name;
    this.#call = call;
  }

  /** Keeps so many calls in flight. */
  keepInFlight(count: number): this {
    for (let index = 0; index < count; index += 1) void this.#go();
    return this;
  }

  /** Begins so many calls a second from now on, whether those before are answered or not. */
  setRate(perSecond: number): this {
    clearInterval(this.#pace);
    const startedAt = performance.now();
    let begun = 0;
    this.#pace = setInterval(() => {
      const due = ((performance.now() - startedAt) * perSecond) / 1000;
      for (; begun < due; begun += 1) void this.#begin();
    }, 5);
    return this;
  }

  /** Resolves when that many calls more have been answered. */
  answered(more: number): Promise<void> {
    const goal = this.replies.length + more;
    return this.until(() => this.replies.length >= goal);
  }

  /** Resolves when a reply or a failure makes it true. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    const { promise, resolve } = deferred();
    this.#watchers.push({ isMet, resolve });
    return promise;
  }

  /** Begins no more calls, and resolves when those in flight are over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#pace);
    await Promise.all(this.#underWay);
  }

  async #go(): Promise<void> {
    while (!this.#isStopped) await this.#begin();
  }

  async #begin(): Promise<void> {
    this.#count += 1;
    const call = this.#settle(this.#call(`${this.#name}-${this.#count}`));
    this.#underWay.add(call);
    await call;
    this.#underWay.delete(call);
  }

  async #settle(call: ReturnType<Call>): Promise<void> {
    try {
      this.replies.push((await call).instance);
    } catch (error) {
      this.failures.push(error);
    }
    const met = this.#watchers.filter(({ isMet }) => isMet());
    this.#watchers = this.#watchers.filter((watcher) => !met.includes(watcher));
    for (const { resolve } of met) resolve();
  }
}
