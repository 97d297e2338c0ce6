import { existsSync } from "node:fs";
import { connect } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { startNatsServer } from "./nats-server.ts";

it("startNatsServer gives a server that answers, each on its own port", async () => {
  const [plain, configured] = await Promise.all([
    startNatsServer(),
    startNatsServer({ jetstream: true, config: "max_payload: 2048" }),
  ]);
  try {
    expect(plain.port).not.toBe(configured.port);
    const nc = await connect({ servers: configured.url });
    expect(nc.info).toMatchObject({ max_payload: 2048, jetstream: true });
    await nc.close();
  } finally {
    await Promise.all([plain.stop(), configured.stop()]);
  }
  expect(existsSync(`/proc/${plain.pid}`)).toBe(false);
});

it("startNatsServer rejects with the server's own words when its configuration is wrong", async () => {
  await expect(startNatsServer({ config: "no_such_setting: {{" })).rejects.toThrow(/Parse error/);
});
