import type { RemoteCache } from "./remote-cache.ts";

/** What is used of a client of `@redis/client` 5 or 6, or of `redis`. */
export interface RedisClient {
  readonly isReady: boolean;
  sendCommand<T>(
    args: readonly (string | Buffer)[],
    options?: { readonly typeMapping?: Readonly<Record<number, typeof Buffer>> },
  ): Promise<T>;
}

/** Strings of RESP, `$`, as bytes: replies are no text. */
const binary = { typeMapping: { 36: Buffer } };

/**
 * Redis as a remote cache. The client is the application's: it connects it, listens to its errors
 * and closes it.
 *
 * @param options.prefix begins all keys, `charter:1:` without it. Services of the same name in two
 * accounts or environments need two, where they share a Redis
 */
export function redisCache(
  client: RedisClient,
  { prefix = "charter:1:" }: { readonly prefix?: string | undefined } = {},
): RemoteCache {
  const send = <T>(args: readonly (string | Buffer)[]): Promise<T> =>
    // The client would keep commands for as long as it is not connected.
    client.isReady
      ? client.sendCommand<T>(args, binary)
      : Promise.reject(new Error("the Redis client is not connected"));
  return {
    getMany: (keys) => send(["MGET", ...keys.map((key) => prefix + key)]),
    async set(key, value, ttlMs) {
      await send(["SET", prefix + key, Buffer.from(value), "PX", String(ttlMs)]);
    },
  };
}
