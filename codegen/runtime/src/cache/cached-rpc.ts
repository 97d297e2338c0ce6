import { type DescMessage, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { canceled } from "../client/attempt.ts";
import type { AnyRequest, Call, Invoke } from "../client/call.ts";
import type { Connection } from "../connection/connection.ts";
import type { FailureListener } from "../connection/failures.ts";
import type { CachePolicy } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { decodeUnchecked } from "../payload/codec.ts";
import { lookupCounter } from "../telemetry/observe-calls.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { EventWatch } from "./event-watch.ts";
import type { Entry, LocalReplies } from "./local-replies.ts";
import type { RemoteReplies } from "./remote-replies.ts";
import { type RequestKey, requestKey } from "./request-key.ts";
import { SharedCall } from "./shared-call.ts";
import { type Staleness, stalenessOf } from "./staleness.ts";

type Reply = MessageShape<DescMessage>;

/** What the callers of a shared call get. Each but the first decodes the payload on their own. */
interface Outcome {
  readonly found: "redis" | "nowhere";
  readonly payload: Uint8Array;
  readonly message: Reply;
}

interface UnderWay {
  readonly entry: Entry;
  readonly shared: SharedCall<Outcome>;
}

/** What the rpcs of a cache have in common. */
export interface CacheParts {
  readonly nc: Connection;
  readonly local: LocalReplies;
  readonly counts: CacheCounts;
  readonly onError: FailureListener;
}

/** The cached replies of one rpc. */
export class CachedRpc {
  readonly #method: AnyRequest;
  readonly #ttlMs: number;
  readonly #parts: CacheParts;
  readonly #remote: RemoteReplies | null;
  readonly #keyOf: RequestKey;
  readonly #staleness: readonly Staleness[];
  readonly #watch: EventWatch;
  readonly #countLookup: ReturnType<typeof lookupCounter>;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(
    method: AnyRequest,
    policy: CachePolicy,
    parts: CacheParts,
    remote: RemoteReplies | null,
  ) {
    this.#method = method;
    this.#ttlMs = policy.ttlMs;
    this.#parts = parts;
    this.#remote = remote;
    this.#keyOf = requestKey(method.input, policy.ignores);
    this.#staleness = policy.invalidatedBy.map((text) => stalenessOf(method.input, text));
    this.#countLookup = lookupCounter(method);
    this.#watch = new EventWatch(parts.nc, method.rpc, this.#staleness, {
      onEvent: (tags) => {
        for (const tag of tags) this.#invalidate(tag);
      },
      onGap: () => {
        this.#drop("");
        this.#remote?.distrust();
      },
      onError: parts.onError,
    });
  }

  invoke(call: Call, next: Invoke): Promise<Reply> {
    const { signal, onReplyHeaders } = call.options;
    // A reply that is held has no headers.
    if (onReplyHeaders !== undefined || !this.#watch.isHearing()) {
      this.#parts.counts.uncached += 1;
      return next(call);
    }
    if (signal?.aborted === true) return Promise.reject(canceled(this.#method, signal));
    const key = `${this.#method.rpc}:${this.#keyOf(call.payload)}`;
    const payload = this.#parts.local.get(key);
    if (payload === null) return this.#fetch(key, call, next);
    this.#count("memory");
    return Promise.resolve(this.#decode(payload));
  }

  async #fetch(key: string, call: Call, next: Invoke): Promise<Reply> {
    const known = this.#underWay.get(key);
    if (known !== undefined && !known.entry.isStale && !known.shared.isGivenUp) {
      return this.#join(known.shared, call, next);
    }
    try {
      const { found, message } = await this.#begin(key, call, next).join(call);
      this.#count(found);
      return message;
    } catch (error) {
      this.#count("nowhere");
      throw error;
    }
  }

  async #join(shared: SharedCall<Outcome>, call: Call, next: Invoke): Promise<Reply> {
    const endsAt = performance.now() + call.deadlineMs;
    this.#parts.counts.joined += 1;
    try {
      const { found, payload } = await shared.join(call);
      this.#count(found);
      return this.#decode(payload);
    } catch (error) {
      this.#count("nowhere");
      const leftMs = endsAt - performance.now();
      const isLate = error instanceof CharterError && error.code === "deadline_exceeded";
      if (!isLate || leftMs < 1) throw error;
      // The first caller had less time.
      return this.invoke({ ...call, deadlineMs: leftMs }, next);
    }
  }

  #begin(key: string, call: Call, next: Invoke): SharedCall<Outcome> {
    const tags = this.#staleness.map((kind) => kind.tagOf(call.message as Message));
    const entry = this.#parts.local.expect(
      key,
      ["", ...tags].map((tag) => this.#localTag(tag)),
    );
    const shared = new SharedCall(this.#method, call.deadlineMs, (signal) =>
      this.#fill(entry, tags, { ...call, options: { ...call.options, signal } }, next),
    );
    this.#underWay.set(key, { entry, shared });
    return shared;
  }

  async #fill(entry: Entry, tags: string[], call: Call, next: Invoke): Promise<Outcome> {
    const beganAt = performance.now();
    try {
      const found = await this.#remote?.look(entry.key, tags, call.deadlineMs);
      const known = found?.kind === "reply" ? this.#readable(found.payload) : null;
      if (found?.kind === "reply" && known !== null) {
        await this.#hold(entry, found.payload, performance.now() + found.leftMs);
        return { found: "redis", payload: found.payload, message: known };
      }
      const deadlineMs = call.deadlineMs - (performance.now() - beganAt);
      const message = await next({ ...call, deadlineMs });
      const payload = toBinary(this.#method.output, message);
      // The reply can be as old as its request.
      const expiresAt = beganAt + this.#ttlMs;
      const isHeld = await this.#hold(entry, payload, expiresAt);
      if (isHeld && found?.kind === "miss") {
        this.#remote?.keep(entry.key, found.state, payload, expiresAt);
      }
      return { found: "nowhere", payload, message };
    } finally {
      if (!entry.isHeld) this.#parts.local.forget(entry);
      if (this.#underWay.get(entry.key)?.entry === entry) this.#underWay.delete(entry.key);
    }
  }

  /** Not what an event made stale, or may have: one that could have been missed. */
  async #hold(entry: Entry, payload: Uint8Array, expiresAt: number): Promise<boolean> {
    const isConfirmed = await this.#watch.isConfirmed();
    // Nothing may be waited for from here on, or an event could slip through.
    if (!isConfirmed || !this.#watch.isHearing() || entry.isStale) return false;
    if (expiresAt <= performance.now()) return false;
    this.#parts.local.hold(entry, payload, expiresAt);
    return true;
  }

  #invalidate(tag: string): void {
    this.#drop(tag);
    void this.#remote?.invalidate(tag);
  }

  /** The tag "" is that of all replies. */
  #drop(tag: string): void {
    this.#parts.counts.invalidated += this.#parts.local.invalidate(this.#localTag(tag));
  }

  #localTag(tag: string): string {
    return `${this.#method.rpc}|${tag}`;
  }

  #count(found: "memory" | Outcome["found"]): void {
    const { counts } = this.#parts;
    if (found === "memory") counts.hits += 1;
    else if (found === "redis") counts.remoteHits += 1;
    else counts.misses += 1;
    this.#countLookup(found);
  }

  /** Null for what others have kept, and is no reply: a call can do without. */
  #readable(payload: Uint8Array): Reply | null {
    try {
      return this.#decode(payload);
    } catch (error) {
      this.#parts.counts.remoteErrors += 1;
      this.#parts.onError(error, "the remote cache of replies");
      return null;
    }
  }

  /** From a copy, because bytes in a message are those of its payload. */
  #decode(payload: Uint8Array): Reply {
    return decodeUnchecked(this.#method.output, payload.slice(), "data_loss");
  }
}
