import type { AnyRequest, Invoke } from "../client/call.ts";
import type { Connection } from "../connection/connection.ts";
import { type FailureListener, printFailure } from "../connection/failures.ts";
import { checkRules } from "../payload/codec.ts";
import { type CacheCounts, noCounts } from "./cache-counts.ts";
import { CachedRpc } from "./cached-rpc.ts";
import { LocalReplies } from "./local-replies.ts";
import { RemoteAccess, type RemoteCache } from "./remote-cache.ts";
import { RemoteReplies } from "./remote-replies.ts";

export interface ReplyCacheOptions {
  /** How many replies are held in the process: 10000 without it. */
  readonly maxEntries?: number | undefined;
  /** How many bytes they may take, roughly: 64 MiB without it. */
  readonly maxBytes?: number | undefined;
  /** Shared with other processes. Replies of rpcs that demand encryption do not go there. */
  readonly remote?: RemoteCache | undefined;
  /**
   * Sees why events cannot be listened to, and when the remote cache begins to fail. Without it,
   * standard error does.
   */
  readonly onError?: FailureListener | undefined;
}

export interface ReplyCacheStats extends Readonly<CacheCounts> {
  /** The part of the lookups that found a reply, between 0 and 1; 0 while there are none. */
  readonly hitRatio: number;
  /** What is held in the process. */
  readonly entries: number;
  readonly bytes: number;
}

/** Replies that clients give again. Made by `createReplyCache`. */
export interface ReplyCache {
  stats(): ReplyCacheStats;
  /** Stands before the calls of an rpc; for `createClient`. */
  around(method: AnyRequest, options: ReadingOptions, next: Invoke): Invoke;
}

interface ReadingOptions {
  readonly validateReplies?: boolean | undefined;
}

/**
 * A cache for `createClient`, one for all clients of a process. It gives replies again for as long
 * as their contract allows, until an event on the connection says that they are stale. It ends with
 * the connection.
 */
export function createReplyCache(nc: Connection, options: ReplyCacheOptions = {}): ReplyCache {
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, onError = printFailure } = options;
  const counts = noCounts();
  const local = new LocalReplies(maxEntries, maxBytes);
  const access =
    options.remote === undefined
      ? null
      : new RemoteAccess(options.remote, (error, isFirst) => {
          counts.remoteErrors += 1;
          if (isFirst) onError(error, "the remote cache of replies");
        });
  const parts = { nc, local, counts, onError };
  const rpcs = new Map<string, CachedRpc>();
  const cachedRpc = (method: AnyRequest, policy: NonNullable<AnyRequest["cache"]>) => {
    const known = rpcs.get(method.rpc);
    if (known !== undefined) return known;
    const isSecret = method.policy.encryption !== null;
    const remote =
      access === null || isSecret ? null : new RemoteReplies(access, method.rpc, policy.ttlMs);
    const created = new CachedRpc(method, policy, parts, remote);
    rpcs.set(method.rpc, created);
    return created;
  };
  return {
    stats: () => statsOf(counts, local),
    around(method, { validateReplies = false }, next) {
      if (method.cache === null) return next;
      const cached = cachedRpc(method, method.cache);
      if (!validateReplies) return (call) => cached.invoke(call, next);
      return async (call) => {
        const reply = await cached.invoke(call, next);
        // It can come from a client that does not look.
        checkRules(method.output, reply, "data_loss");
        return reply;
      };
    },
  };
}

function statsOf(counts: CacheCounts, local: LocalReplies): ReplyCacheStats {
  const found = counts.hits + counts.remoteHits;
  const lookups = found + counts.misses;
  return {
    ...counts,
    hitRatio: lookups === 0 ? 0 : found / lookups,
    entries: local.entries,
    bytes: local.bytes,
  };
}
