import { once } from "node:events";
import { connect as openSocket } from "node:net";
import * as zlib from "node:zlib";
import { type JetStreamManager, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import { headers as createHeaders, type NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { type DepotEvent, movedEvent, stream } from "../../faults/depot.ts";
import {
  depotContract,
  depotReleased,
  moved,
  otherDepot,
  sent,
} from "../../faults/depot-contract.ts";
import type { ContractUnderTest } from "../contract.ts";
import type { LawResult } from "../report.ts";
import { runContracts } from "../run.ts";
import type { SubjectSettings } from "../settings.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let jsm: JetStreamManager;
let contract: ContractUnderTest;
let subject: string;

beforeEach(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url, noAsyncTraces: true });
  jsm = await jetstreamManager(nc);
  contract = await depotContract(moved);
  subject = "depot.parcel.moved.v1";
});

afterEach(async () => {
  await nc.close();
  await server.stop();
});

/** Puts events into the stream without waiting for each, and resolves when all are there. */
async function fill(count: number, eventAt: (sequence: number) => DepotEvent): Promise<void> {
  const before = (await jsm.streams.info(stream)).state.messages;
  for (let sequence = 1; sequence <= count; sequence++) {
    const event = eventAt(sequence);
    nc.publish(event.subject, event.payload, { headers: headersOf(event) });
    if (sequence % 5000 === 0) await nc.flush();
  }
  await nc.flush();
  await expect
    .poll(async () => (await jsm.streams.info(stream)).state.messages, { timeout: 20_000 })
    .toBe(before + count);
}

function headersOf({ headers }: DepotEvent) {
  const all = createHeaders();
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return all;
}

/** Publishes as no client does: with headers that are none. */
async function publishRaw(events: readonly (readonly [string, string])[]): Promise<void> {
  const socket = openSocket(server.port, "127.0.0.1");
  socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
  for (const [where, headers] of events) {
    socket.write(
      `HPUB ${where} ${headers.length} ${headers.length + 1}\r\n${headers}\xff\r\n`,
      "latin1",
    );
  }
  socket.resume();
  socket.end();
  await once(socket, "close");
}

/** Valid events, but for those that are given by their sequence. */
function eventsWith(bad: Readonly<Record<number, DepotEvent>>) {
  const usual = movedEvent(contract, {}, "");
  return (sequence: number): DepotEvent =>
    bad[sequence] ?? { ...usual, headers: { ...usual.headers, "Nats-Msg-Id": `m-${sequence}` } };
}

async function audit(event: SubjectSettings["event"] = {}): Promise<LawResult | undefined> {
  const [pattern = ""] = contract.bindings.map((each) => each.pattern);
  const settings = { subjects: new Map([[pattern, { event }]]), knownFailing: [] };
  const report = await runContracts(nc, [contract], { seed: 1, laws: ["E1"], settings });
  return report.modules[0]?.bindings[0]?.laws[0];
}

const undecodable = () => ({
  ...movedEvent(contract, {}, "undecodable"),
  payload: new Uint8Array([0xff]),
});

describe("E1 on the history of a stream", () => {
  it("names each bad event of many by its sequence, and touches nothing", async () => {
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct: true });
    const elsewhere = { ...movedEvent(contract, {}, "elsewhere"), subject: `${subject}.d9` };
    const invalid = movedEvent(contract, { parcelId: "", grams: 0 }, "invalid");
    await fill(10_000, eventsWith({ 1: undecodable(), 7000: invalid, 10000: elsewhere }));
    const before = await jsm.streams.info(stream);
    const asked = new Set<string>();
    const listener = await connect({ servers: server.url });
    listener.subscribe("$JS.API.>", {
      callback: (_error, message) => {
        asked.add(message.subject.split(".").slice(2, -1).join("."));
      },
    });
    await listener.flush();
    const result = await audit();
    await listener.close();
    expect(result).toMatchObject({
      verdict: "fail",
      samples: 10_000,
      evidence: {
        broken: 3,
        bad: ["1: undecodable", "7000: string.min_len, uint32.gte_lte", "10000: subject"],
      },
      failure: {
        summary: expect.stringMatching(/^3 of 10000 events break the contract/),
        subject: `${subject}.d1`,
        hex: "ff",
      },
    });
    const { ts: _before, ...then } = before as typeof before & { ts?: unknown };
    const { ts: _after, ...now } = (await jsm.streams.info(stream)) as typeof then & {
      ts?: unknown;
    };
    expect(now).toEqual(then);
    expect([...asked].sort()).toEqual(["DIRECT.GET", "STREAM", "STREAM.INFO"]);
  });

  it.each([
    ["a work queue", { retention: RetentionPolicy.Workqueue, allow_direct: true }],
    ["a stream without direct reads", { allow_direct: false }],
  ])("reads %s, and leaves all in it", async (_name, config) => {
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], ...config });
    await fill(100, eventsWith({ 50: undecodable() }));
    expect(await audit()).toMatchObject({
      verdict: "fail",
      evidence: { bad: ["50: undecodable"] },
    });
    expect((await jsm.streams.info(stream)).state).toMatchObject({
      messages: 100,
      consumer_count: 0,
    });
  });

  it("finds rare events among others, past what was deleted", async () => {
    await jsm.streams.add({
      name: stream,
      subjects: [`${subject}.*`, "other.*"],
      allow_direct: true,
    });
    const usual = eventsWith({ 700: undecodable() });
    await fill(1000, (sequence) =>
      sequence % 100 === 0 ? usual(sequence) : { ...usual(sequence), subject: "other.x" },
    );
    await jsm.streams.deleteMessage(stream, 300);
    expect(await audit()).toMatchObject({
      verdict: "fail",
      samples: 9,
      evidence: { read: 9, bad: ["700: undecodable"] },
    });
  });

  it("reads only the newest when a contract file says so", async () => {
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct: true });
    await fill(5000, eventsWith({ 10: undecodable() }));
    expect(await audit({ last: 4500 })).toMatchObject({ verdict: "pass", samples: 4500 });
    expect(await audit({ last: 4991 })).toMatchObject({ verdict: "fail", samples: 4991 });
  });

  const id = { "Nats-Msg-Id": "x" };
  it.each([
    ["no Charter-Schema", id, /Charter-Schema must be <module>@<semver>; there is none/],
    ["another form", { ...id, "Charter-Schema": "depot" }, /there is "depot"/],
    ["another module", { ...id, "Charter-Schema": "a/b@1.0.0" }, /a stub of a\/b wrote it/],
    ["no Nats-Msg-Id", { "Charter-Schema": "example/depot@1.0.0" }, /Nats-Msg-Id is missing/],
  ])("refuses headers with %s", async (_name, headers, answer) => {
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct: true });
    await fill(6, eventsWith({ 4: { ...movedEvent(contract, {}, ""), headers } }));
    expect(await audit()).toMatchObject({
      verdict: "fail",
      evidence: { bad: ["4: header"] },
      failure: { answer: expect.stringMatching(answer) },
    });
  });

  it("reads compressed payloads, and leaves out what a run has published", async () => {
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct: true });
    const usual = eventsWith({})(3);
    const compressed = {
      ...usual,
      payload: zlib.zstdCompressSync(usual.payload),
      headers: { ...usual.headers, "Charter-Encoding": "zstd" },
    };
    const probe = { ...undecodable(), headers: { "Charter-Probe": "run" } };
    await fill(6, eventsWith({ 3: compressed, 6: probe }));
    expect(await audit()).toMatchObject({
      verdict: "pass",
      samples: 5,
      evidence: { probes: 1 },
    });
  });

  it.each([true, false])(
    "reads events with hostile headers, in bounded time (direct reads: %s)",
    async (allow_direct) => {
      await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct });
      await fill(6, eventsWith({}));
      const spoofed = "Nats-Sequence: 1\r\nNats-Subject: other\r\nNats-Msg-Id: s";
      const lines = ["no colon", `${"A: b\r\n".repeat(10_000)}`, spoofed].map(
        (text) => `NATS/1.0\r\n${text}\r\n\r\n`,
      );
      await publishRaw(lines.map((headers) => [`${subject}.d1`, headers] as const));
      await expect
        .poll(async () => (await jsm.streams.info(stream)).state.messages)
        .toBe(6 + lines.length);
      expect(await audit()).toMatchObject({
        verdict: "fail",
        samples: 9,
        evidence: { bad: ["7: undecodable", "8: undecodable", "9: undecodable"] },
      });
    },
  );

  it("is inconclusive on a quiet stream, and where there is none", async () => {
    expect(await audit()).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/0 events were heard .* `charter stream apply` provides it/),
    });
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct: true });
    expect(await audit()).toMatchObject({
      verdict: "inconclusive",
      samples: 0,
      reason: expect.stringMatching(/holds 0 events of it, and 5 are needed/),
    });
  });

  it("judges an event by the release that wrote it", async () => {
    contract = { ...(await depotReleased("1.0.0", moved)), others: [await otherDepot("1.1.0")] };
    await jsm.streams.add({ name: stream, subjects: [`${subject}.*`], allow_direct: true });
    // 1.0.0 has a smaller bound.
    const by = (semver: string, id: string) =>
      movedEvent({ ...contract, semver }, { grams: 25_000 }, id);
    await fill(6, (sequence) => by("1.1.7", `newer-${sequence}`));
    expect(await audit()).toMatchObject({ verdict: "pass", samples: 6 });
    await fill(2, (sequence) => by(sequence === 1 ? "1.0.0" : "1.3.0", `wrong-${sequence}`));
    expect(await audit()).toMatchObject({
      verdict: "fail",
      evidence: { bad: ["7: uint32.gte_lte", "8: uint32.gte_lte"] },
    });
  });
});

describe("E1 on events that no stream keeps", () => {
  it("holds what it hears against the contract", async () => {
    contract = await depotContract(sent);
    const publisher = await connect({ servers: server.url });
    const good = { "Charter-Schema": "example/depot@1.0.0" };
    const valid = { subject: sent, payload: new Uint8Array([0x0a, 1, 0x61]), headers: good };
    // Nobody knows when the run begins to listen.
    const timer = setInterval(() => {
      publisher.publish(sent, valid.payload, { headers: headersOf(valid) });
    }, 10);
    const first = await audit();
    clearInterval(timer);
    const later = setInterval(() => {
      publisher.publish(sent, new Uint8Array(), { headers: headersOf(valid) });
    }, 10);
    const second = await audit();
    clearInterval(later);
    await publisher.close();
    expect(first).toMatchObject({ verdict: "pass" });
    expect(second).toMatchObject({
      verdict: "fail",
      failure: { subject: sent, answer: expect.stringMatching(/parcel_id breaks string.min_len/) },
    });
  });
});
