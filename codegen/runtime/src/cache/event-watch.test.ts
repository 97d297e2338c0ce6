import { describe, expect, it } from "vitest";
import { startNatsServer } from "../../../../ci/testing/nats-server.ts";
import { CachedContract, readService } from "../../testing/cached-lab.ts";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import { connectionSettings } from "../connection/connection-settings.ts";
import { createReplyCache } from "./reply-cache.ts";

const lab = useLab({
  config: `authorization { users = [
    { user: free, password: p, permissions: { publish: ">", subscribe: ">" } }
    { user: deaf, password: p, permissions: { publish: ">", subscribe: ["_INBOX.>", "lab.reset.v1"] } }
  ] }`,
});

function readerOn(nc: TestConnection, onError?: (error: unknown, where: string) => void) {
  const cache = createReplyCache(nc, { onError });
  const { read } = createClient(CachedContract, nc, { cache });
  return { cache, read: async () => (await read({ worldId: "w1" })).text };
}

describe.each(clients)("replies on $client", (client) => {
  it("are not cached where the events that make them stale may not be heard", async () => {
    await readService(await lab.connect(client, { user: "free", pass: "p" }));
    const nc = await lab.connect(client, { user: "deaf", pass: "p" });
    const failures: unknown[] = [];
    const { cache, read } = readerOn(nc, (error, where) => failures.push([error, where]));
    expect([await read(), await read(), await read()]).toEqual(["w1 1", "w1 2", "w1 3"]);
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 1, uncached: 2, entries: 0 });
    expect(failures).toEqual([
      [
        expect.objectContaining({ code: "permission_denied" }),
        "lab.v1.CachedService.Read is not cached",
      ],
    ]);
  });

  it("are dropped when the connection was lost, because events may have been missed", async () => {
    const server = await startNatsServer();
    const open: TestConnection[] = [];
    const connect = async () => {
      const settings = connectionSettings({ participant: "reader" });
      const nc = await client.connect({ servers: server.url, ...settings });
      open.push(nc);
      return nc;
    };
    let second: typeof server | undefined;
    try {
      await readService(await connect());
      const nc = await connect();
      const { cache, read } = readerOn(nc);
      expect([await read(), await read()]).toEqual(["w1 1", "w1 1"]);
      const isBack = reconnected(nc);
      await server.stop();
      second = await startNatsServer({ port: server.port });
      await isBack;
      expect([await read(), await read()]).toEqual(["w1 2", "w1 2"]);
      expect(cache.stats()).toMatchObject({ invalidated: 1, entries: 1 });
    } finally {
      await Promise.all(open.map((nc) => nc.close()));
      await second?.stop();
      await server.stop();
    }
  });
});

async function reconnected(nc: TestConnection): Promise<void> {
  for await (const { type } of nc.status()) if (type === "reconnect") return;
}
