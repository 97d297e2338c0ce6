import { existsSync } from "node:fs";
import { createClient } from "@redis/client";
import { expect, it } from "vitest";
import { startRedisServer } from "./redis-server.ts";

it("startRedisServer gives a server that answers and ends, each on its own port", async () => {
  const [one, other] = await Promise.all([startRedisServer(), startRedisServer()]);
  try {
    expect(one.port).not.toBe(other.port);
    const redis = await createClient({ url: one.url }).connect();
    expect(await redis.ping()).toBe("PONG");
    expect(await redis.configGet("save")).toEqual({ save: "" });
    redis.destroy();
  } finally {
    await Promise.all([one.stop(), other.stop()]);
  }
  expect(existsSync(`/proc/${one.pid}`)).toBe(false);
  await one.stop();
});

it("startRedisServer rejects with the server's own words when its port is taken", async () => {
  const server = await startRedisServer();
  try {
    await expect(startRedisServer({ port: server.port })).rejects.toThrow(/already in use/);
  } finally {
    await server.stop();
  }
});
