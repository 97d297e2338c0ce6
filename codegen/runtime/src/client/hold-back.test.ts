import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../../ci/testing/nats-server.ts";
import { clients } from "../../testing/connections.ts";
import { failureOf } from "../../testing/lab-server.ts";
import { SteadyContract } from "../../testing/steady-lab.ts";
import { steadyPeer } from "../../testing/steady-peer.ts";
import { connectionSettings } from "../connection/connection-settings.ts";
import { linkOf } from "../connection/link.ts";
import { createClient } from "./client.ts";

let server: RunningNatsServer;
beforeEach(async () => {
  server = await startNatsServer();
});
afterEach(() => server.stop());

it.each(clients)(
  "what was given up while the connection was lost is not sent later, on $client",
  async ({ connect }) => {
    const nc = await connect({
      servers: server.url,
      ...connectionSettings({ participant: "caller" }),
    });
    try {
      const peer = await steadyPeer(nc, (request) => request.answer());
      const { add } = createClient(SteadyContract, nc);
      await add({ id: "before" });
      await server.stop();
      await vi.waitUntil(() => !linkOf(nc).isUp, 10_000);

      const controller = new AbortController();
      const canceled = failureOf(add({ id: "canceled" }, { signal: controller.signal }));
      controller.abort();
      expect(await canceled).toMatchObject({ code: "canceled" });
      expect(await failureOf(add({ id: "late" }, { deadlineMs: 50 }))).toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("nothing was sent, because the connection to NATS"),
      });

      const waiting = add({ id: "patient" }, { deadlineMs: 30_000 });
      server = await startNatsServer({ port: server.port });
      await waiting;
      expect(peer.taken.map(({ id }) => id)).toEqual(["before", "patient"]);
      // What is left when it is sent is what the service hears.
      const deadline = peer.taken[1]?.message.headers?.get("Charter-Deadline-Ms");
      expect(Number(deadline)).toBeLessThan(30_000);
    } finally {
      await nc.close();
    }
  },
);

it.each(clients)(
  "calls that wait for the connection end when it is closed, on $client",
  async ({ connect }) => {
    const nc = await connect({
      servers: server.url,
      ...connectionSettings({ participant: "caller" }),
    });
    const { add, look } = createClient(SteadyContract, nc);
    await server.stop();
    await vi.waitUntil(() => !linkOf(nc).isUp, 10_000);
    const waiting = [
      failureOf(add({ id: "a" }, { deadlineMs: 600_000 })),
      failureOf(look({ id: "a" }, { deadlineMs: 600_000 })),
    ];
    await nc.close();
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: "unavailable" });
    }
  },
);
