import { createClient, createReplyCache, redisCache } from "@charter-nats/runtime";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { createClient as createRedisClient } from "@redis/client";
import { startNatsServer } from "../testing/nats-server.ts";
import { startRedisServer } from "../testing/redis-server.ts";
import type { BenchRow, Detail } from "./bench-row.ts";
import { worldContract, worldRequest } from "./cache/sample.ts";
import type { RequestsAnswer } from "./cache/service.ts";
import { zipfDraws } from "./cache/zipf.ts";
import { type Child, startChild } from "./child.ts";
import { type LoadResult, median, startRound } from "./load-result.ts";
import type { Pace } from "./measure.ts";

/** What the calls that are measured go to. */
interface Estate {
  readonly nc: NatsConnection;
  readonly service: Child;
  readonly redis: Parameters<typeof redisCache>[0];
}

/**
 * Cached replies, with a real Redis and a service in a process of its own.
 *
 * @param draws how many calls the load by Zipf's law makes
 */
export async function benchCache(pace: Pace, draws: number): Promise<BenchRow[]> {
  const nats = await startNatsServer();
  const redisServer = await startRedisServer();
  const service = await startChild("cache/service.ts", [nats.url]);
  const nc = await connect({ servers: nats.url, noAsyncTraces: true });
  const redis = createRedisClient({ url: redisServer.url });
  // It tells of each attempt to reach the server that was killed.
  redis.on("error", () => {});
  try {
    await redis.connect();
    const estate = { nc, service, redis };
    const rows = [
      await hits(estate, pace, "memory"),
      await hits(estate, pace, "Redis"),
      await hitRatio(estate, draws),
    ];
    await redisServer.stop();
    return [...rows, await withoutRedis(estate, pace)];
  } finally {
    redis.destroy();
    await nc.close();
    await service.stop();
    await Promise.all([redisServer.stop(), nats.stop()]);
  }
}

/** How many worlds are asked for in turn. */
const worlds = 100;
type GetWorld = (world: number) => Promise<unknown>;

/** Redis forgets nothing in between, so each row has keys of its own. */
function cachedCalls({ nc, redis }: Estate, prefix: string, maxEntries: number) {
  const remote = redisCache(redis, { prefix });
  const cache = createReplyCache(nc, { maxEntries, remote, onError: () => {} });
  const client = createClient(worldContract, nc, { cache });
  const getWorld: GetWorld = (world) => client.getWorld(worldRequest(world));
  return { getWorld, stats: () => cache.stats() };
}

async function hits(estate: Estate, pace: Pace, place: "memory" | "Redis"): Promise<BenchRow> {
  // With room for one, each of the others is found in Redis.
  const { getWorld } = cachedCalls(estate, `${place}:`, place === "memory" ? worlds : 1);
  const before = await requestsTo(estate);
  const rounds = await roundsOf(pace, getWorld);
  const asked = (await requestsTo(estate)) - before;
  if (asked !== worlds) {
    throw new Error(`the service should see ${worlds} requests, one for each world; saw ${asked}`);
  }
  return {
    name: `reply cache, hit in ${place}: p50`,
    value: median(rounds.map(({ p50Ms }) => p50Ms)),
    unit: "ms",
    bar: { atMost: place === "memory" ? 0.1 : 1 },
    details: [figuresOf("Charter", rounds)],
  };
}

/** Twenty calls for each world on average, 16 at a time, and memory for a tenth of the worlds. */
async function hitRatio(estate: Estate, draws: number): Promise<BenchRow> {
  const kinds = draws / 20;
  const held = kinds / 10;
  const { getWorld, stats } = cachedCalls(estate, "zipf:", held);
  const left = zipfDraws(kinds, draws).values();
  const keepCalling = async () => {
    for (const world of left) await getWorld(world);
  };
  const before = await requestsTo(estate);
  await Promise.all(Array.from({ length: 16 }, keepCalling));
  const asked = (await requestsTo(estate)) - before;
  const { hits, remoteHits, remoteErrors } = stats();
  const share = (calls: number) => `${((calls / draws) * 100).toFixed(1)} %`;
  const number = (count: number) => count.toLocaleString("en");
  const load = { calls: number(draws), worlds: number(kinds), held: number(held) };
  const found = { memory: share(hits), Redis: share(remoteHits), service: share(asked) };
  // Each is followed by a second without Redis, which costs hits.
  const failed = { "Redis failed or late": number(remoteErrors) };
  return {
    name: "reply cache, calls by Zipf's law (s = 1): hits",
    value: 1 - asked / draws,
    unit: "share",
    bar: { atLeast: 0.9 },
    details: [{ who: "Charter", ...load, ...found, ...failed }],
  };
}

/** Calls that find nothing in memory, next to a client without a cache. */
async function withoutRedis(estate: Estate, pace: Pace): Promise<BenchRow> {
  const { getWorld, stats } = cachedCalls(estate, "killed:", 1);
  const client = createClient(worldContract, estate.nc);
  const rounds = await roundsOf(pace, getWorld);
  const bare = await roundsOf(pace, (world) => client.getWorld(worldRequest(world)));
  if (stats().remoteErrors === 0) throw new Error("Redis should be missed, and was not");
  return {
    name: "reply cache, miss while Redis is killed: p50",
    value: median(rounds.map(({ p50Ms }) => p50Ms)),
    unit: "ms",
    bar: null,
    details: [figuresOf("Charter", rounds), figuresOf("no cache", bare)],
  };
}

/** Rounds of calls one at a time, for worlds in turn. The first round does not count. */
async function roundsOf({ rounds, seconds }: Pace, getWorld: GetWorld): Promise<LoadResult[]> {
  const taken: LoadResult[] = [];
  for (let i = -1; i < rounds; i++) {
    const until = performance.now() + seconds * 1000;
    const round = startRound();
    let world = 0;
    for (let at = performance.now(); at < until || world < worlds; ) {
      await getWorld(world++ % worlds);
      const now = performance.now();
      round.record(now - at);
      at = now;
    }
    if (i >= 0) taken.push(round.end());
  }
  return taken;
}

/** How many requests the service has seen: what the cache says of itself is not relied on. */
async function requestsTo({ service }: Estate): Promise<number> {
  return ((await service.ask({})) as RequestsAnswer).requests;
}

function figuresOf(who: string, rounds: readonly LoadResult[]): Detail {
  const microseconds = (read: (round: LoadResult) => number) =>
    `${(median(rounds.map(read)) * 1000).toFixed(1)} µs`;
  return {
    who,
    p50: microseconds(({ p50Ms }) => p50Ms),
    p99: microseconds(({ p99Ms }) => p99Ms),
  };
}
