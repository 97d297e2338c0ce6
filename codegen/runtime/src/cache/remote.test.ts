import { afterEach, describe, expect, it, vi } from "vitest";
import { announce, CachedContract, readService } from "../../testing/cached-lab.ts";
import { clients } from "../../testing/connections.ts";
import { bytes, useLab } from "../../testing/lab-server.ts";
import { curveSeed, secret } from "../../testing/payload-labs.ts";
import { useRedis } from "../../testing/redis-lab.ts";
import { createClient } from "../client/client.ts";
import { payloadKeys } from "../payload/payload-keys.ts";
import { serve } from "../service/service.ts";
import { redisCache } from "./redis-cache.ts";
import { RemoteAccess, type RemoteCache } from "./remote-cache.ts";
import { RemoteReplies } from "./remote-replies.ts";
import { createReplyCache } from "./reply-cache.ts";

const lab = useLab();
const redisLab = useRedis();

afterEach(() => {
  vi.useRealTimers();
});

it("RemoteReplies gives no reply that another process knows to be stale, however late it is kept", async () => {
  const processWith = async () => {
    const access = new RemoteAccess(redisCache(await redisLab.connect()), () => {});
    return new RemoteReplies(access, "lab.Read", 60_000);
  };
  const one = await processWith();
  const other = await processWith();
  const look = async (tag: string) => one.look(`key of ${tag}`, [tag], 4000);
  const states = [await look("w1"), await look("w2")].map((found) =>
    found.kind === "miss" ? found.state : Buffer.alloc(0),
  );
  await other.invalidate("w1");
  for (const [index, tag] of ["w1", "w2"].entries()) {
    const state = states[index] ?? Buffer.alloc(0);
    one.keep(`key of ${tag}`, state, bytes("early"), performance.now() + 50_000);
  }
  expect(await look("w1")).toMatchObject({ kind: "miss" });
  expect(await look("w2")).toMatchObject({
    kind: "reply",
    payload: Buffer.from("early"),
  });
  one.distrust();
  expect(await look("w2")).toMatchObject({ kind: "miss" });
});

describe.each(clients)("a remote cache on $client", (client) => {
  /** What a process has: a connection and a cache of its own. */
  async function startProcess(wrap = (remote: RemoteCache) => remote) {
    const nc = await lab.connect(client);
    const redis = await redisLab.connect();
    const failures: string[] = [];
    const cache = createReplyCache(nc, {
      remote: wrap(redisCache(redis)),
      onError: (_, where) => failures.push(where),
    });
    const { read: call } = createClient(CachedContract, nc, { cache, retry: false });
    return {
      ...{ nc, redis, cache, failures },
      read: async (worldId: string) => (await call({ worldId })).text,
      /** Redis does what it is told in order, so all of it is done. */
      settled: () => redis.ping(),
    };
  }

  async function startService() {
    const nc = await lab.connect(client);
    return { nc, service: await readService(nc) };
  }

  it("gives one process what another has asked for", async () => {
    const { service } = await startService();
    const one = await startProcess();
    const other = await startProcess();
    expect(await one.read("w1")).toBe("w1 1");
    await one.settled();
    expect(await other.read("w1")).toBe("w1 1");
    expect(await other.read("w1")).toBe("w1 1");
    expect(service.asked).toHaveLength(1);
    expect(other.cache.stats()).toMatchObject({ remoteHits: 1, hits: 1, misses: 0, hitRatio: 1 });
  });

  it("gives nobody a reply that an event made stale, and the others of it still", async () => {
    const { nc } = await startService();
    const one = await startProcess();
    await one.read("w1");
    await one.read("w2");
    await announce(nc, one.nc, "lab.changed.v1.w1");
    await one.settled();
    // It was not there when the event was.
    const other = await startProcess();
    expect(await other.read("w1")).toBe("w1 3");
    expect(await other.read("w2")).toBe("w2 2");
    await other.settled();
    expect(await one.read("w1")).toBe("w1 3");
    expect(one.cache.stats()).toMatchObject({ remoteHits: 1, misses: 2 });
  });

  it("gives no reply longer than the contract says, however often it is passed on", async () => {
    vi.useFakeTimers({ toFake: ["performance", "Date"] });
    await startService();
    const one = await startProcess();
    const other = await startProcess();
    expect(await one.read("w1")).toBe("w1 1");
    await one.settled();
    vi.advanceTimersByTime(59_000);
    expect(await other.read("w1")).toBe("w1 1");
    vi.advanceTimersByTime(1000);
    expect(await other.read("w1")).toBe("w1 2");
  });

  it("trusts nothing after an event that it could not pass on", async () => {
    const { nc } = await startService();
    let isBroken = false;
    const one = await startProcess((remote) => ({
      ...remote,
      set: (...args) => (isBroken ? Promise.reject(new Error("cut")) : remote.set(...args)),
    }));
    await one.read("w1");
    vi.useFakeTimers({ toFake: ["performance"] });
    isBroken = true;
    await announce(nc, one.nc, "lab.changed.v1.w1");
    await vi.waitFor(() => expect(one.cache.stats().remoteErrors).toBeGreaterThan(0));
    isBroken = false;
    vi.advanceTimersByTime(1000);
    expect(await one.read("w1")).toBe("w1 2");
  });

  it("does without what is no reply there", async () => {
    await startService();
    const one = await startProcess();
    await one.read("w1");
    await one.settled();
    const [key = ""] = await one.redis.keys("charter:1:lab.v1.CachedService.Read:*");
    const head = 24;
    await one.redis.setRange(key, head, "\xff\xff\xff");
    const other = await startProcess();
    expect(await other.read("w1")).toBe("w1 2");
    expect(other.cache.stats()).toMatchObject({ remoteHits: 0, misses: 1, remoteErrors: 1 });
  });

  it("holds no replies that must not travel in clear", async () => {
    const nc = await lab.connect(client);
    const redis = await redisLab.connect();
    const { read } = CachedContract.methods;
    const contract = { ...CachedContract, methods: { read: { ...read, policy: secret } } };
    const keys = payloadKeys({ own: curveSeed() });
    await serve(nc, contract, { read: async () => ({ text: "secret" }) }, { keys });
    const cache = createReplyCache(nc, { remote: redisCache(redis) });
    const services = { "lab/lab": keys.publicKey };
    const caller = payloadKeys({ own: curveSeed(), services });
    const api = createClient(contract, nc, { cache, keys: caller });
    await api.read({ worldId: "w1" });
    await api.read({ worldId: "w1" });
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, remoteErrors: 0 });
    expect(await redis.dbSize()).toBe(0);
  });

  it("is done without for a second when it does not answer, and then asked again", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    await startService();
    const one = await startProcess();
    const server = redisLab.server();
    server.freeze();
    try {
      expect(await one.read("w1")).toBe("w1 1");
      expect(await one.read("w2")).toBe("w2 2");
      expect(one.cache.stats()).toMatchObject({ misses: 2, remoteErrors: 1 });
    } finally {
      server.thaw();
    }
    await one.settled();
    vi.advanceTimersByTime(1000);
    expect(await one.read("w3")).toBe("w3 3");
    await one.settled();
    const other = await startProcess();
    expect(await other.read("w3")).toBe("w3 3");
    expect(one.failures).toEqual(["the remote cache of replies"]);
  });

  it("is done without when nobody is connected to it", async () => {
    await startService();
    const one = await startProcess();
    one.redis.destroy();
    expect(await one.read("w1")).toBe("w1 1");
    expect(await one.read("w1")).toBe("w1 1");
    expect(one.cache.stats()).toMatchObject({ hits: 1, misses: 1, remoteErrors: 1 });
  });
});
