import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../../ci/testing/nats-server.ts";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { Load } from "../../testing/load.ts";
import { useFleet } from "../../testing/steady-fleet.ts";
import { SteadyContract } from "../../testing/steady-lab.ts";
import { connectionSettings } from "../connection/connection-settings.ts";
import { createClient } from "./client.ts";

const fleet = useFleet();
const executed = (name: string) => fleet.executed().filter((id) => id.startsWith(name));
let server: RunningNatsServer;
let nc: TestConnection | undefined;

beforeEach(async () => {
  server = await startNatsServer();
});
afterEach(async () => {
  await nc?.close();
  await server.stop();
});

async function connectCaller(connect: (typeof clients)[number]["connect"]) {
  nc = await connect({ servers: server.url, ...connectionSettings({ participant: "caller" }) });
  return createClient(SteadyContract, nc);
}

/** What a call of an rpc that is not idempotent may fail with while parts of the system die. */
const honest = expect.objectContaining({
  code: expect.stringMatching(/^(unavailable|deadline_exceeded)$/),
});

describe.each(clients)("on $client", ({ client, connect }) => {
  const setUp = (instances: number, workMs: number) =>
    Promise.all([
      fleet.start(instances, { url: server.url, client, workMs }),
      connectCaller(connect),
    ]);

  it("kill -9 of one of three instances fails no idempotent call, and executes no other twice", async () => {
    const [instances, steady] = await setUp(3, 20);
    const looks = new Load("look", (id) => steady.look({ id })).keepInFlight(20);
    const adds = new Load("add", (id) => steady.add({ id })).keepInFlight(20);
    await Promise.all([looks.answered(200), adds.answered(200)]);
    await instances[0]?.kill();
    // Requests have died with it, those of idempotent rpcs as well.
    await adds.until(() => adds.failures.length > 0);
    await Promise.all([looks.answered(200), adds.answered(200)]);
    await Promise.all([looks.stop(), adds.stop()]);
    expect(looks.failures).toEqual([]);
    expect(adds.failures).toEqual(adds.failures.map(() => honest));
    expect(new Set(executed("add")).size).toBe(executed("add").length);
  });

  it("calls resume by themselves when nats-server is killed and started again", async () => {
    const [, steady] = await setUp(2, 5);
    const patient = { deadlineMs: 8000 };
    const looks = new Load("look", (id) => steady.look({ id }, patient)).keepInFlight(10);
    const adds = new Load("add", (id) => steady.add({ id })).keepInFlight(10);
    await Promise.all([looks.answered(100), adds.answered(100)]);
    await server.stop();
    server = await startNatsServer({ port: server.port });
    await Promise.all([looks.answered(100), adds.answered(100)]);
    await Promise.all([looks.stop(), adds.stop()]);
    expect(looks.failures).toEqual([]);
    expect(adds.failures).toEqual(adds.failures.map(() => honest));
    expect(new Set(executed("add")).size).toBe(executed("add").length);
  });

  it("ten times the load within a second is taken up by instances that are added meanwhile", async () => {
    const settings = { url: server.url, client, workMs: 5 };
    const { look } = await connectCaller(connect);
    await fleet.start(2, settings);
    const looks = new Load("look", (id) => look({ id })).setRate(80);
    await looks.answered(80);
    looks.setRate(800);
    const added = await fleet.start(2, settings);
    const share = (name: string) => looks.replies.filter((each) => each === name).length;
    await looks.until(() => added.every(({ name }) => share(name) >= 50));
    await looks.stop();
    expect(looks.failures).toEqual([]);
  });

  it("no call fails, not even of an rpc that is sent once, while instances are replaced one by one", async () => {
    const settings = { url: server.url, client, workMs: 10 };
    const steady = await connectCaller(connect);
    const old = await fleet.start(3, settings);
    const looks = new Load("look", (id) => steady.look({ id })).keepInFlight(15);
    const adds = new Load("add", (id) => steady.add({ id })).keepInFlight(15);
    for (const instance of old) {
      await fleet.start(1, settings);
      await Promise.all([looks.answered(50), adds.answered(50)]);
      expect(await instance.stop()).toBe(0);
    }
    // What the last of them has answered may still be on its way.
    await Promise.all([looks.answered(15), adds.answered(15)]);
    const seen = [looks.replies.length, adds.replies.length];
    await Promise.all([looks.answered(50), adds.answered(50)]);
    await Promise.all([looks.stop(), adds.stop()]);
    expect([looks.failures, adds.failures]).toEqual([[], []]);
    const late = [...looks.replies.slice(seen[0]), ...adds.replies.slice(seen[1])];
    expect(old.filter(({ name }) => late.includes(name))).toEqual([]);
  });
});
