import { createClient } from "@redis/client";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type RunningRedisServer, startRedisServer } from "../../../ci/testing/redis-server.ts";

export interface RedisLab {
  server(): RunningRedisServer;
  /** A client that is closed after the test. What it is told is done in order. */
  connect(): Promise<LabRedis>;
}

const clientOf = (url: string) => createClient({ url });
export type LabRedis = ReturnType<typeof clientOf>;

/** One redis-server for the tests of a file, emptied after each. */
export function useRedis(): RedisLab {
  let server: RunningRedisServer;
  const open: LabRedis[] = [];
  const connect = async () => {
    const redis = clientOf(server.url);
    // An error that nobody listens to ends the process.
    redis.on("error", () => {});
    open.push(redis);
    await redis.connect();
    return redis;
  };
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterEach(async () => {
    const living = open.find(({ isReady }) => isReady);
    await living?.flushAll();
    for (const redis of open.splice(0)) redis.destroy();
  });
  afterAll(() => server.stop());
  return { server: () => server, connect };
}
