import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, describe, expect, it, vi } from "vitest";
import { clients } from "../../testing/connections.ts";
import { Level, type Rang, RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { KeptContract, RangContract } from "../../testing/lab.ts";
import { bytes, collect, failureOf, useLab } from "../../testing/lab-server.ts";
import { publish } from "./publisher.ts";
import { subscribe } from "./subscriber.ts";

const lab = useLab({
  config: `
    authorization {
      users: [
        { user: all, password: all }
        { user: deaf, password: deaf, permissions: { publish: ">", subscribe: { deny: "lab.>" } } }
      ]
    }
    no_auth_user: all`,
});

function rang(room: string, text = "") {
  return {
    room,
    level: Level.HIGH,
    meta: { count: 5n },
    place: { case: "doorId" as const, value: "d1" },
    text,
  };
}
const subjectOf = (room: string) => `lab.rang.v1.${room}.LEVEL_HIGH.5.d1`;
const encoded = (room: string, text = "") =>
  toBinary(RangSchema, create(RangSchema, rang(room, text)));

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(clients)("publish on $client", (client) => {
  it("sends the event to the subject that its fields give, with the release", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, "lab.>");
    await publish(nc, RangContract, rang("r1", "hi"), { headers: { traceparent: "00" } });
    await nc.flush();
    expect(messages.map(({ subject }) => subject)).toEqual([subjectOf("r1")]);
    expect(new Uint8Array(messages[0]?.data ?? [])).toEqual(encoded("r1", "hi"));
    expect(messages[0]?.headers?.get("Charter-Schema")).toBe("lab/lab@1.2.3");
    expect(messages[0]?.headers?.get("traceparent")).toBe("00");
  });

  it("sends what breaks its rules when it is told not to look", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, "lab.>");
    await publish(nc, RangContract, rang("r1", "x".repeat(21)), { validate: false });
    await nc.flush();
    expect(messages).toHaveLength(1);
  });

  it("rejects, and sends nothing, for what breaks the contract", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, "lab.>");
    expect(await failureOf(publish(nc, RangContract, rang("a.b")))).toMatchObject({
      code: "invalid_argument",
    });
    expect(await failureOf(publish(nc, RangContract, rang("r1", "x".repeat(21))))).toMatchObject({
      code: "invalid_argument",
      violations: [{ field: "text" }],
    });
    const headers = { "Charter-Schema": "lies" };
    expect(await failureOf(publish(nc, RangContract, rang("r1"), { headers }))).toMatchObject({
      code: "invalid_argument",
    });
    await nc.flush();
    expect(messages).toEqual([]);
    await nc.close();
    expect(await failureOf(publish(nc, RangContract, rang("r1")))).toMatchObject({
      code: "unavailable",
    });
  });
});

describe.each(clients)("subscribe on $client", (client) => {
  it("hands over the events that the parameters ask for", async () => {
    const nc = await lab.connect(client);
    const received: unknown[] = [];
    const subscription = await subscribe(
      nc,
      RangContract,
      { room: "r1", doorId: undefined },
      ({ room, text }, { subject, schema }) => void received.push([room, text, subject, schema]),
    );
    expect(subscription.subject).toBe("lab.rang.v1.r1.*.*.*");
    await publish(nc, RangContract, rang("r1", "first"));
    await publish(nc, RangContract, rang("r2", "other room"));
    nc.publish(subjectOf("r1"), encoded("r1", "bare"));
    await subscription.stop();
    expect(received).toEqual([
      ["r1", "first", subjectOf("r1"), "lab/lab@1.2.3"],
      ["r1", "bare", subjectOf("r1"), null],
    ]);
    await publish(nc, RangContract, rang("r1", "after the end"));
    await nc.flush();
    expect(received).toHaveLength(2);
  });

  it("listens to an event that a stream keeps, as it comes by", async () => {
    const nc = await lab.connect(client);
    const subjects: string[] = [];
    const subscription = await subscribe(nc, KeptContract, {}, (_, { subject }) => {
      subjects.push(subject);
    });
    nc.publish("lab.kept.v1", new Uint8Array());
    await subscription.stop();
    expect(subjects).toEqual(["lab.kept.v1"]);
  });

  it("reports and counts what breaks the contract, and hands over the rest", async () => {
    const nc = await lab.connect(client);
    const handler = vi.fn();
    const onError = vi.fn();
    const subscription = await subscribe(nc, RangContract, {}, handler, { onError });
    nc.publish(subjectOf("r1"), bytes("\u00ff\u00ff"));
    nc.publish(subjectOf("r1"), encoded("r1", "x".repeat(21)));
    nc.publish(subjectOf("r1"), encoded("r2"));
    nc.publish(subjectOf("r1"), encoded("r1"));
    await subscription.stop();
    expect(handler).toHaveBeenCalledTimes(1);
    const dataLoss = expect.objectContaining({ code: "data_loss" });
    const context = expect.objectContaining({ subject: subjectOf("r1") });
    expect(onError.mock.calls).toEqual([
      [dataLoss, context],
      [dataLoss, context],
      [dataLoss, context],
    ]);
    expect(subscription.stats()).toEqual({ received: 4, refused: 3, failed: 0, dropped: 0 });
  });

  it("reports and counts what the handler throws or rejects with", async () => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    const handler = ({ text }: Rang) => {
      if (text === "throw") throw new Error("thrown");
      return Promise.reject(new Error("rejected"));
    };
    const subscription = await subscribe(nc, RangContract, {}, handler, { onError });
    await publish(nc, RangContract, rang("r1", "throw"));
    await publish(nc, RangContract, rang("r1", "reject"));
    await subscription.stop();
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual(["thrown", "rejected"]);
    expect(subscription.stats()).toMatchObject({ received: 2, refused: 0, failed: 2 });
  });

  it("prints failures when nobody listens to them", async () => {
    const nc = await lab.connect(client);
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const subscription = await subscribe(nc, RangContract, {}, () => {});
    nc.publish(subjectOf("r1"), bytes("\u00ff"));
    await subscription.stop();
    expect(print).toHaveBeenCalledExactlyOnceWith(
      `charter: ${subjectOf("r1")}:`,
      expect.objectContaining({ code: "data_loss" }),
    );
  });

  it("shares events in a queue group", async () => {
    const nc = await lab.connect(client);
    const members = await Promise.all(
      [1, 2].map(() => subscribe(nc, RangContract, {}, () => {}, { queue: "q.test" })),
    );
    for (let i = 0; i < 50; i++) await publish(nc, RangContract, rang("r1"));
    await Promise.all(members.map((member) => member.stop()));
    const counts = members.map((member) => member.stats().received);
    expect(counts.reduce((a, b) => a + b)).toBe(50);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it("gives the events one at a time without a handler, until the loop is left", async () => {
    const nc = await lab.connect(client);
    const events = await subscribe(nc, RangContract, { room: "r1" });
    for (const text of ["a", "b", "c"]) await publish(nc, RangContract, rang("r1", text));
    const texts: string[] = [];
    for await (const { message } of events) {
      texts.push(message.text);
      if (message.text === "b") break;
    }
    expect(texts).toEqual(["a", "b"]);
    await publish(nc, RangContract, rang("r1", "after the end"));
    await nc.flush();
    expect(events.stats().received).toBe(3);
  });

  it("ends the iteration when the connection closes", async () => {
    const nc = await lab.connect(client);
    const events = await subscribe(nc, RangContract, {});
    const next = events[Symbol.asyncIterator]().next();
    await nc.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it("drops what finds no room, reports and counts it, and keeps the oldest", async () => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    const events = await subscribe(nc, RangContract, {}, { maxPending: 2, onError });
    for (const text of ["a", "b", "c"]) await publish(nc, RangContract, rang("r1", text));
    await events.stop();
    const texts: string[] = [];
    for await (const { message } of events) texts.push(message.text);
    expect(texts).toEqual(["a", "b"]);
    expect(events.stats()).toMatchObject({ received: 3, dropped: 1 });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "resource_exhausted" }),
      expect.objectContaining({ subject: subjectOf("r1") }),
    );
  });

  it("rejects what it may not or cannot subscribe to", async () => {
    const nc = await lab.connect(client, { user: "deaf", pass: "deaf" });
    const ignore = () => {};
    expect(await failureOf(subscribe(nc, RangContract, {}, ignore))).toMatchObject({
      code: "permission_denied",
    });
    expect(await failureOf(subscribe(nc, RangContract, { room: ">" }, ignore))).toMatchObject({
      code: "invalid_argument",
    });
    const queue = "q\r\nPUB lab.x 0\r\n";
    expect(await failureOf(subscribe(nc, RangContract, {}, ignore, { queue }))).toMatchObject({
      code: "invalid_argument",
    });
  });
});
