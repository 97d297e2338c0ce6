import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { BudgetSpent, createCalls, createGate, endsLaw } from "./calls.ts";
import { createPace } from "./pace.ts";
import { createTrace, mostExchanges } from "./trace.ts";

let server: RunningNatsServer;
let nc: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url, inboxPrefix: "_INBOX.tester" });
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

const settings = {
  runId: "run-1",
  timeoutMs: 300,
  budget: 3,
  gate: createGate(),
  pace: createPace(10_000),
  trace: createTrace({ sent: true, received: false }),
  replay: null,
  endsAt: Number.POSITIVE_INFINITY,
};
const empty = new Uint8Array();

describe("createCalls", () => {
  it("tells silence, absence and replies apart, and stops at its budget", async () => {
    nc.subscribe("silent", { callback: () => {} });
    nc.subscribe("echo", {
      callback: (_error, message) => {
        message.respond(message.data);
      },
    });
    const calls = createCalls(nc, settings);
    expect(await calls.call("nobody", empty)).toEqual({ kind: "no-responders" });
    expect(await calls.call("silent", empty)).toEqual({ kind: "timeout", afterMs: 300 });
    expect(await calls.call("echo", new Uint8Array([7]))).toMatchObject({
      kind: "reply",
      payload: Buffer.from([7]),
    });
    expect(calls.isSpent).toBe(true);
    await expect(calls.call("echo", empty)).rejects.toThrow(BudgetSpent);
  });

  it("counts every reply to each request, at an inbox of the connection's own prefix", async () => {
    const inboxes: string[] = [];
    nc.subscribe("twice.*", {
      callback: (_error, message) => {
        inboxes.push(message.reply ?? "");
        message.respond("one");
        if (message.subject === "twice.yes") message.respond("two");
      },
    });
    const requests = ["twice.no", "twice.yes", "nobody"].map((subject) => ({
      subject,
      payload: empty,
    }));
    const calls = createCalls(nc, settings);
    expect(await calls.countReplies(requests)).toEqual([1, 2, 0]);
    expect(inboxes[0]).toMatch(/^_INBOX\.tester\./);
  });
});

describe("createCalls, on its trace and its time", () => {
  it("tells what went to and fro since the case began, without what may not be shown", async () => {
    nc.subscribe("shy", { callback: (_error, message) => void message.respond("secret") });
    const calls = createCalls(nc, settings);
    await calls.call("nobody", empty);
    calls.trace.begin();
    await calls.call("shy", new Uint8Array([7]));
    expect(calls.trace.exchanges()).toEqual([
      {
        atMs: expect.any(Number),
        direction: "sent",
        subject: "shy",
        headers: ["Charter-Probe: run-1"],
        bytes: 1,
        hex: "07",
      },
      {
        atMs: expect.any(Number),
        direction: "received",
        subject: "shy",
        headers: [],
        bytes: 6,
        hex: "",
      },
    ]);
    await calls.call("nobody", empty);
    expect(calls.trace.exchanges().at(-1)).toMatchObject({
      direction: "nothing",
      subject: "nobody answers on the subject",
    });
  });

  it("keeps no more of a storm than a report shows", () => {
    const trace = createTrace({ sent: true, received: true });
    for (let i = 0; i < 5000; i++) trace.received("x", new Uint8Array(4096));
    expect(trace.exchanges()).toHaveLength(mostExchanges);
    expect(trace.exchanges()[0]).toMatchObject({ bytes: 4096, hex: "00".repeat(256) });
  });

  it("sends nothing once the time of the run is over", async () => {
    const calls = createCalls(nc, { ...settings, endsAt: performance.now() - 1 });
    expect(calls.isSpent).toBe(true);
    await expect(calls.call("echo", empty)).rejects.toThrow("the time of the run is over");
  });
});

describe("createGate", () => {
  it("lets no more run at once than it is told to, and all in the end", async () => {
    const gate = createGate(2);
    let running = 0;
    let most = 0;
    const work = async (n: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return n;
    };
    const done = await Promise.all([1, 2, 3, 4, 5].map((n) => gate(() => work(n))));
    expect(done).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });
});

describe("a connection without rights", () => {
  it("says so, and blames no service", async () => {
    const guarded = await startNatsServer({
      config: `authorization: { users: [
        { user: shut, password: x, permissions: { publish: ["other"], subscribe: ["_INBOX.>"] } },
        { user: deaf, password: x, permissions: { publish: [">"], subscribe: ["other"] } },
      ] }`,
    });
    const refusals: unknown[] = [];
    for (const user of ["shut", "deaf"]) {
      const connection = await connect({ servers: guarded.url, user, pass: "x" });
      const calls = createCalls(connection, settings);
      refusals.push(await calls.call("echo", empty).catch((error: unknown) => error));
      await connection.close();
    }
    await guarded.stop();
    expect(refusals).toEqual([
      expect.objectContaining({ message: expect.stringContaining("may not publish to echo") }),
      expect.objectContaining({ message: expect.stringContaining("may not subscribe to _INBOX") }),
    ]);
    expect(refusals.every(endsLaw)).toBe(true);
  });
});
