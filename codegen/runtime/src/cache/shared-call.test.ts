import { describe, expect, it } from "vitest";
import { CachedContract, readService } from "../../testing/cached-lab.ts";
import { clients } from "../../testing/connections.ts";
import { failureOf, useLab } from "../../testing/lab-server.ts";
import type { CallOptions } from "../client/call.ts";
import { createClient } from "../client/client.ts";
import { createReplyCache } from "./reply-cache.ts";

const lab = useLab();

describe.each(clients)("equal calls at the same time on $client", (client) => {
  async function start() {
    const nc = await lab.connect(client);
    const service = await readService(await lab.connect(client));
    const cache = createReplyCache(nc);
    const api = createClient(CachedContract, nc, { cache, retry: false });
    const read = (options?: CallOptions) => api.read({ worldId: "w1" }, options);
    return { service, cache, read, release: service.hold() };
  }

  it("share one request, and no object", async () => {
    const { service, cache, read, release } = await start();
    const calls = [read(), read(), read()];
    await service.came(1);
    release();
    const replies = await Promise.all(calls);
    expect(replies.map(({ text }) => text)).toEqual(["w1 1", "w1 1", "w1 1"]);
    expect(new Set(replies).size).toBe(3);
    expect(service.asked).toHaveLength(1);
    expect(cache.stats()).toMatchObject({ misses: 3, joined: 2, entries: 1 });
  });

  it("end with their own signals: that of the first ends no other", async () => {
    const { service, read, release } = await start();
    const first = new AbortController();
    const second = new AbortController();
    const one = failureOf(read({ signal: first.signal }));
    const two = failureOf(read({ signal: second.signal }));
    const three = read();
    await service.came(1);
    first.abort();
    second.abort();
    expect(await one).toMatchObject({ code: "canceled" });
    expect(await two).toMatchObject({ code: "canceled" });
    release();
    expect((await three).text).toBe("w1 1");
    expect(await failureOf(read({ signal: first.signal }))).toMatchObject({ code: "canceled" });
  });

  it("end with their own deadlines: a longer one outlasts that of the first", async () => {
    const { service, read, release } = await start();
    const first = failureOf(read({ deadlineMs: 100 }));
    const shorter = failureOf(read({ deadlineMs: 20 }));
    const longer = read();
    expect(await shorter).toMatchObject({ code: "deadline_exceeded" });
    expect(await first).toMatchObject({ code: "deadline_exceeded" });
    await service.came(2);
    release();
    expect((await longer).text).toBe("w1 2");
  });

  it("give the request up together, and the next one begins anew", async () => {
    const { service, read, release } = await start();
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [failureOf(read({ signal })), failureOf(read({ signal }))];
    await service.came(1);
    controller.abort();
    expect(await Promise.all(calls)).toMatchObject([{ code: "canceled" }, { code: "canceled" }]);
    const next = read();
    await service.came(2);
    release();
    expect((await next).text).toBe("w1 2");
  });

  it("share a failure, which the next call does not get", async () => {
    const nc = await lab.connect(client);
    const cache = createReplyCache(nc);
    const { read } = createClient(CachedContract, nc, { cache, retry: false });
    const calls = [1, 2].map(() => failureOf(read({ worldId: "w1" })));
    expect(await Promise.all(calls)).toMatchObject([
      { code: "unavailable" },
      { code: "unavailable" },
    ]);
    await readService(await lab.connect(client));
    expect((await read({ worldId: "w1" })).text).toBe("w1 1");
  });
});
