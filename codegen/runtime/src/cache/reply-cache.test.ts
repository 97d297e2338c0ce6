import { afterEach, describe, expect, it, vi } from "vitest";
import { announce, CachedContract, readService } from "../../testing/cached-lab.ts";
import { clients } from "../../testing/connections.ts";
import { useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import { createReplyCache, type ReplyCacheOptions } from "./reply-cache.ts";

const lab = useLab();

afterEach(() => {
  vi.useRealTimers();
});

describe.each(clients)("createReplyCache on $client", (client) => {
  async function start(options: ReplyCacheOptions = {}) {
    const nc = await lab.connect(client);
    const other = await lab.connect(client);
    const service = await readService(other);
    const cache = createReplyCache(nc, options);
    const api = createClient(CachedContract, nc, { cache, retry: false });
    const read = async (worldId: string, requestId = "r") =>
      (await api.read({ worldId, meta: { requestId } })).text;
    return { nc, other, service, cache, api, read };
  }

  it("gives a reply again to an equal request, and to no other", async () => {
    const { read, cache, api } = await start();
    expect(await read("w1", "r1")).toBe("w1 1");
    expect(await read("w1", "r2")).toBe("w1 1");
    expect(await read("w2", "r2")).toBe("w2 2");
    expect((await api.recall({ worldId: "w1" })).text).toBe("w1 3");
    expect(cache.stats()).toMatchObject({
      ...{ hits: 1, misses: 3, hitRatio: 0.25, entries: 3, joined: 0, uncached: 0 },
    });
  });

  it("leaves rpcs alone that no contract allows to cache, and calls that want headers", async () => {
    const { api, service, cache } = await start();
    await api.write({ worldId: "w1" });
    await api.write({ worldId: "w1" });
    const seen: string[] = [];
    const onReplyHeaders = () => seen.push("headers");
    await api.read({ worldId: "w1" }, { onReplyHeaders });
    await api.read({ worldId: "w1" }, { onReplyHeaders });
    expect(service.asked).toHaveLength(4);
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0, uncached: 2, entries: 0 });
  });

  it("keeps a reply for as long as the contract says, from its request on", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { api } = await start();
    const recall = async () => (await api.recall({ worldId: "w1" })).text;
    expect(await recall()).toBe("w1 1");
    vi.advanceTimersByTime(999);
    expect(await recall()).toBe("w1 1");
    vi.advanceTimersByTime(1);
    expect(await recall()).toBe("w1 2");
  });

  it("gives each caller an object and bytes of their own", async () => {
    const { api } = await start();
    await api.read({ worldId: "w1" });
    const one = await api.read({ worldId: "w1" });
    one.text = "mine";
    one.blob.fill(0);
    const other = await api.read({ worldId: "w1" });
    expect(other.text).toBe("w1 1");
    expect(new TextDecoder().decode(other.blob)).toBe("w1 1");
  });

  it("drops the replies of the world that an event is about", async () => {
    const { read, nc, other, cache } = await start();
    await read("w1");
    await read("w2");
    await announce(other, nc, "lab.changed.v1.w1");
    expect(cache.stats()).toMatchObject({ invalidated: 1, entries: 1 });
    expect(await read("w1")).toBe("w1 3");
    expect(await read("w2")).toBe("w2 2");
    await announce(other, nc, "lab.painted.v1.red.w2");
    expect(await read("w1")).toBe("w1 3");
    expect(await read("w2")).toBe("w2 4");
    await announce(other, nc, "lab.reset.v1");
    expect(await read("w1")).toBe("w1 5");
    expect(await read("w2")).toBe("w2 6");
    expect(cache.stats().invalidated).toBe(4);
  });

  it("does not keep a reply that an event overtook, nor share it any longer", async () => {
    const { read, nc, other, service } = await start();
    const release = service.hold();
    const early = read("w1");
    await service.came(1);
    await announce(other, nc, "lab.changed.v1.w1");
    const late = read("w1");
    await service.came(2);
    release();
    expect(await early).toBe("w1 1");
    expect(await late).toBe("w1 2");
    expect(await read("w1")).toBe("w1 2");
  });

  it("holds no more replies, and no more bytes, than it may", async () => {
    const few = await start({ maxEntries: 2 });
    for (const world of ["w1", "w2", "w1", "w3", "w1", "w2"]) await few.read(world);
    expect(few.service.asked).toEqual(["w1", "w2", "w3", "w2"]);
    expect(few.cache.stats().entries).toBe(2);
    const small = await start({ maxBytes: 100 });
    await small.read("w1");
    expect(small.cache.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });
});
