import {
  AckPolicy,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { applyPlan } from "./apply-plan.ts";
import type { DesiredConsumer, DesiredStream } from "./desired.ts";
import type { StreamOptions } from "./plan-stream.ts";
import { planStreams } from "./provisioned.ts";

let nats: RunningNatsServer;
let nc: NatsConnection;
let jsm: JetStreamManager;

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: nats.url });
  jsm = await jetstreamManager(nc);
});
afterEach(async () => {
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
});
afterAll(async () => {
  await nc.close();
  await nats.stop();
});

const kept: DesiredStream = { name: "KEPT", subjects: ["a.*"], maxAgeS: 300, maxBytes: 10_000 };
const reader: DesiredConsumer = {
  name: "reader",
  stream: "KEPT",
  filter: "a.*",
  ackWaitMs: 30_000,
  maxAckPending: 1000,
};

async function planned(options: StreamOptions = {}, stream = kept) {
  const plan = await planStreams(jsm, [stream], [reader], options);
  return { plan, stream: plan.streams[0], consumer: plan.consumers[0] };
}
const apply = async (options: StreamOptions = {}, stream = kept) =>
  applyPlan(jsm, (await planned(options, stream)).plan);
const config = async () => (await jsm.streams.info("KEPT")).config;

describe("planStreams and applyPlan", () => {
  test("change what contracts ask for, and leave what they do not speak of", async () => {
    await jsm.streams.add({
      name: "KEPT",
      description: "by hand",
      subjects: ["z.extra"],
      max_age: 60e9,
      max_bytes: 100,
      max_msgs: 5,
      duplicate_window: 60e9,
      no_ack: true,
    });
    const { stream, plan } = await planned();
    expect(stream).toMatchObject({
      action: "change",
      changes: [
        { setting: "subjects", from: "z.extra", to: "a.*, z.extra" },
        { setting: "maximum age", from: "60 s", to: "300 s" },
        { setting: "maximum size", from: "100 bytes", to: "10000 bytes" },
        { setting: "maximum events", from: "5 events", to: "no limit" },
        { setting: "duplicate window", from: "60 s", to: "120 s" },
        { setting: "direct reads", from: "off", to: "on" },
        { setting: "silence on publication", from: "on", to: "off" },
      ],
      notes: ["also keeps z.extra, which no contract has"],
    });
    await applyPlan(jsm, plan);
    expect(await config()).toMatchObject({ description: "by hand", subjects: ["a.*", "z.extra"] });
    expect((await planned()).stream).toMatchObject({ action: "unchanged" });
  });

  test("let a stream keep less only when they are told to, and lose nothing that it keeps", async () => {
    await jsm.streams.add({ name: "KEPT", subjects: ["a.*"], max_age: 600e9, allow_direct: true });
    await jsm.jetstream().publish("a.b");
    const before = (await planned()).stream;
    expect(before).toMatchObject({
      action: "unchanged",
      notes: [
        "keeps events for 600 s, the contract 300 s; see --allow-shorten",
        "may keep no limit, the contract 10000 bytes; see --allow-shorten",
      ],
    });
    expect((await planned({ allowShorten: true })).stream).toMatchObject({
      action: "change",
      changes: [
        { setting: "maximum age", from: "600 s", to: "300 s" },
        { setting: "maximum size", from: "no limit", to: "10000 bytes" },
      ],
      notes: [],
    });
    await apply({ allowShorten: true });
    expect(await config()).toMatchObject({ max_age: 300e9, max_bytes: 10_000 });
    expect((await jsm.streams.info("KEPT")).state.messages).toBe(1);
  });

  test("keep the window for duplicates within the age", async () => {
    const short = { ...kept, maxAgeS: 10 };
    await apply({}, short);
    expect(await config()).toMatchObject({ max_age: 10e9, duplicate_window: 10e9 });
    await apply({ allowShorten: true }, { ...kept, maxAgeS: 5 });
    expect(await config()).toMatchObject({ max_age: 5e9, duplicate_window: 5e9 });
    await apply({}, { ...kept, maxAgeS: 0 });
    expect(await config()).toMatchObject({ max_age: 0, duplicate_window: 120e9 });
  });

  test("change replicas only when they are told how many", async () => {
    await apply();
    expect((await planned({ replicas: 3 })).stream?.changes).toEqual([
      { setting: "replicas", from: "1", to: "3" },
    ]);
    expect((await planned()).stream?.action).toBe("unchanged");
  });

  test.each([
    ["memory", { storage: "memory" }, "its storage is memory, not file"],
    ["another retention", { retention: "workqueue" }, "its retention is workqueue, not limits"],
    ["a seal", { sealed: true }, "it is sealed"],
  ])("find a stream with %s in conflict", async (_, setting, reason) => {
    const { sealed, ...made } = { sealed: undefined, ...setting } as Partial<StreamConfig>;
    await jsm.streams.add({ name: "KEPT", subjects: ["a.*"], ...made });
    if (sealed) await jsm.streams.update("KEPT", { sealed } as object);
    const { stream } = await planned();
    expect(stream?.action).toBe("conflict");
    expect(stream?.conflicts.join()).toContain(reason);
    expect(stream?.conflicts.join()).toContain("nats stream rm KEPT");
  });

  test("find a subject that another stream takes in conflict", async () => {
    await jsm.streams.add({ name: "OTHER", subjects: ["x", "*.b"] });
    expect((await planned()).stream).toMatchObject({
      action: "conflict",
      conflicts: [expect.stringContaining("the stream OTHER takes *.b, so no other can take a.*")],
    });
  });

  test("change what a consumer is read by, and keep its place", async () => {
    await jsm.streams.add({ name: "KEPT", subjects: ["a.*"] });
    await jsm.consumers.add("KEPT", {
      durable_name: "reader",
      ack_policy: AckPolicy.Explicit,
      filter_subject: "a.b",
      ack_wait: 1e9,
      max_deliver: 3,
      inactive_threshold: 60e9,
      headers_only: true,
    });
    await jsm.jetstream().publish("a.b");
    await (await (await jsm.jetstream().consumers.get("KEPT", "reader")).next())?.ackAck();
    const { consumer, plan } = await planned();
    expect(consumer).toMatchObject({
      action: "change",
      changes: [
        { setting: "filter", from: "a.b", to: "a.*" },
        { setting: "ack wait", from: "1000 ms", to: "30000 ms" },
        { setting: "deliveries", from: "3 times", to: "no limit" },
        { setting: "goes when idle for", from: "60000 ms", to: "no limit" },
        { setting: "headers only", from: "on", to: "off" },
      ],
    });
    await applyPlan(jsm, plan);
    expect((await planned()).consumer).toMatchObject({ action: "unchanged" });
    expect((await jsm.consumers.info("KEPT", "reader")).ack_floor.stream_seq).toBe(1);
  });

  test.each([
    ["another ack policy", { ack_policy: AckPolicy.None }, "its ack policy is none, not explicit"],
    [
      "a subject to push to",
      { ack_policy: AckPolicy.Explicit, deliver_subject: "push" },
      "it pushes to push",
    ],
  ])("find a consumer with %s in conflict", async (_, setting, reason) => {
    await jsm.streams.add({ name: "KEPT", subjects: ["a.*"] });
    await jsm.consumers.add("KEPT", { durable_name: "reader", ...setting });
    const { consumer } = await planned();
    expect(consumer?.action).toBe("conflict");
    expect(consumer?.conflicts.join()).toContain(reason);
    expect(consumer?.conflicts.join()).toContain("nats consumer rm KEPT reader");
  });

  test("say what the server refuses, and do the rest in the next run", async () => {
    const huge = { ...kept, name: "HUGE", subjects: ["h"], maxBytes: Number.MAX_SAFE_INTEGER };
    const plan = await planStreams(jsm, [huge, kept], [], {});
    await expect(applyPlan(jsm, plan)).rejects.toMatchObject({
      exit: "unreachable",
      message: expect.stringContaining("does not create the stream HUGE, and nothing after it"),
    });
    await apply();
    expect((await planned()).stream?.action).toBe("unchanged");
  });
});
