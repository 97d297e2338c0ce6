import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { limits } from "../../core/limits.ts";
import { listConsumers } from "./stream-consumers.ts";

let nats: RunningNatsServer;
let nc: NatsConnection;
let other: NatsConnection;

beforeEach(async () => {
  // Without JetStream anybody may answer in its place.
  nats = await startNatsServer();
  nc = await connect({ servers: nats.url });
  other = await connect({ servers: nats.url });
});
afterEach(async () => {
  await nc.close();
  await other.close();
  await nats.stop();
});

const skipped: string[] = [];
const list = () => listConsumers(nc, (reason) => skipped.push(reason));

/** Answers a listing; a function gets the offset that was asked for. */
async function answer(subject: string, page: (offset: number) => object | string): Promise<void> {
  other.subscribe(subject, {
    callback(_, message) {
      const value = page(message.json<{ offset: number }>().offset);
      message.respond(typeof value === "string" ? value : JSON.stringify(value));
    },
  });
  await other.flush();
}

const stream = (name: string, config: object = { subjects: ["a.>"] }) => ({
  config: { name, ...config },
});
const streams = (...all: object[]) => ({ total: all.length, streams: all });
const consumers = (...all: object[]) => ({ total: all.length, consumers: all });

it("listConsumers finds nothing where there is no JetStream, and no fault in it", async () => {
  expect(await list()).toEqual({ found: [], problem: null });
});

it("listConsumers asks for every page", async () => {
  const page = (offset: number) => Array.from({ length: 2 }, (_, i) => stream(`S${offset + i}`));
  await answer("$JS.API.STREAM.LIST", (offset) => ({ total: 6, streams: page(offset) }));
  await answer("$JS.API.CONSUMER.LIST.*", (offset) => ({
    total: 3,
    consumers: [{ config: { durable_name: `d${offset}` }, num_waiting: 1 }],
  }));
  const { found, problem } = await list();
  expect(problem).toBeNull();
  expect(found).toHaveLength(18);
  expect(found[0]).toEqual({
    participant: "d0",
    streamSubjects: ["a.>"],
    filters: [],
    isRead: true,
  });
});

it("listConsumers follows a stream to what it takes from others, also in a circle", async () => {
  await answer("$JS.API.STREAM.LIST", () =>
    streams(
      stream("A", { subjects: null, sources: [{ name: "B" }, { name: "gone" }] }),
      stream("B", { subjects: ["b.>"], mirror: { name: "A" } }),
    ),
  );
  await answer("$JS.API.CONSUMER.LIST.*", () => consumers({ config: { durable_name: "d" } }));
  const { found } = await list();
  expect(found.map((each) => each.streamSubjects)).toEqual([["b.>"], ["b.>"]]);
});

describe("listConsumers, hostile answers", () => {
  it.each([
    ["no JSON", "no JSON {"],
    ["another form", { total: 1, streams: {} }],
    ["a name that would lead elsewhere", streams(stream("A.B"))],
    ["a name with a wildcard", streams(stream(">"))],
    ["a subject with a line break", streams(stream("A", { subjects: ["a\r\nPUB b 0"] }))],
    ["an error", { error: { err_code: 1, description: "x".repeat(10_000) } }],
  ])("says that the list is not whole after %s", async (_, page) => {
    await answer("$JS.API.STREAM.LIST", () => page);
    const { found, problem } = await list();
    expect(found).toEqual([]);
    expect(problem).toMatch(/^JetStream .*STREAM.LIST/s);
    expect(problem?.length).toBeLessThan(limits.messageLength);
  });

  it("stops where pages never end", async () => {
    await answer("$JS.API.STREAM.LIST", (offset) => ({
      total: 1e9,
      streams: Array.from({ length: 256 }, (_, i) => stream(`S${offset + i}`)),
    }));
    expect((await list()).problem).toContain(`over ${limits.streamsPerLook} streams`);
  });

  it("takes an empty page for the end, whatever total it tells", async () => {
    await answer("$JS.API.STREAM.LIST", () => ({ total: 1e9, streams: [] }));
    expect(await list()).toEqual({ found: [], problem: null });
  });

  it("leaves out a consumer whose name is none, and takes the rest", async () => {
    await answer("$JS.API.STREAM.LIST", () => streams(stream("A")));
    const durable = (durable_name: string) => ({ config: { durable_name } });
    await answer("$JS.API.CONSUMER.LIST.A", () => consumers(durable("\u001b[31m"), durable("ok")));
    const { found } = await list();
    expect(found.map(({ participant }) => participant)).toEqual(["ok"]);
    expect(skipped).toEqual([expect.stringContaining("a consumer was left out")]);
  });
});
