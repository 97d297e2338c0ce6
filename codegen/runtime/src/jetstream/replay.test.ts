import { create, toBinary } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/transport-node";
import { connect as connect2 } from "nats";
import { describe, expect, it, vi } from "vitest";
import { RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { bytes, deferred, failureOf } from "../../testing/lab-server.ts";
import { ChimedContract, chime, stream, useStreamLab } from "../../testing/stream-lab.ts";
import { publish } from "../events/publisher.ts";
import { type ReplayOptions, replay } from "./replay.ts";
import type { ReplayContext } from "./replayed-events.ts";

const lab = useStreamLab(`
  { user: late, password: late, permissions: {
      publish: ["$JS.API.STREAM.INFO.CHIMES", "$JS.API.CONSUMER.CREATE.CHIMES.*.lab.chimed.v1.hall.*",
                "$JS.API.CONSUMER.INFO.CHIMES.*", "$JS.API.CONSUMER.MSG.NEXT.CHIMES.*",
                "$JS.API.CONSUMER.DELETE.CHIMES.*"],
      subscribe: "_INBOX.late.>" } }`);

const late = { user: "late", pass: "late", inboxPrefix: "_INBOX.late" };

async function publishAll(nc: NatsConnection, room: string, ...texts: string[]): Promise<void> {
  for (const text of texts) await publish(nc, ChimedContract, chime(room, text));
}

describe("replay", () => {
  it("gives a late joiner what is kept of its parameters, tells when that is done, and goes on", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "hall", "a", "b");
    await publishAll(nc, "cellar", "x");
    await publishAll(nc, "hall", "c");
    const seen: [string, ReplayContext][] = [];
    const live = deferred();
    const joined = await replay(nc, ChimedContract, { room: "hall" }, ({ text }, context) => {
      seen.push([text, context]);
      if (text === "new") live.resolve();
    });
    expect(joined.subject).toBe("lab.chimed.v1.hall.*");
    await joined.caughtUp;
    expect(seen.map(([text, { sequence, remaining }]) => [text, sequence, remaining])).toEqual([
      ["a", 1, 2],
      ["b", 2, 1],
      ["c", 4, 0],
    ]);
    expect(seen[0]?.[1]).toMatchObject({
      subject: "lab.chimed.v1.hall.LEVEL_HIGH",
      schema: "lab/lab@1.2.3",
      timestamp: expect.any(Date),
    });
    await publishAll(nc, "cellar", "y");
    await publishAll(nc, "hall", "new");
    await live.promise;
    await joined.stop();
    await publishAll(nc, "hall", "after the end");
    expect(seen.map(([text]) => text)).toEqual(["a", "b", "c", "new"]);
    expect(joined.stats()).toEqual({ received: 4, refused: 0, failed: 0 });
  });

  it("has caught up at once where nothing is kept", async () => {
    const joined = await replay(await lab.connect(), ChimedContract, {}, () => {});
    await joined.caughtUp;
    await joined.stop();
  });

  it("has caught up when the newest events have gone before they came", async () => {
    const nc = await lab.connect();
    // More than what is on its way at once.
    const texts = Array.from({ length: 400 }, (_, index) => `t${index}`);
    await Promise.all(texts.map((text) => publish(nc, ChimedContract, chime("hall", text))));
    const joined = await replay(nc, ChimedContract, {}, async (_, { sequence }) => {
      if (sequence === 1) await lab.jsm.streams.purge(stream);
    });
    await joined.caughtUp;
    await joined.stop();
    expect(joined.stats().received).toBeLessThan(400);
  });

  it("begins at a time or at a place in the stream", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "hall", "a", "b", "c");
    const begin = async (options: ReplayOptions) => {
      const sequences: number[] = [];
      const handler = (_: unknown, { sequence }: ReplayContext) => void sequences.push(sequence);
      const joined = await replay(nc, ChimedContract, {}, handler, options);
      await joined.caughtUp;
      await joined.stop();
      return sequences;
    };
    expect(await begin({ since: { sequence: 2 } })).toEqual([2, 3]);
    expect(await begin({ since: new Date(0) })).toEqual([1, 2, 3]);
    expect(await begin({ since: new Date(Date.now() + 3_600_000) })).toEqual([]);
  });

  it("hands over one event at a time, and goes on after a handler that throws", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "hall", "a", "b", "c");
    const onError = vi.fn();
    let inHand = 0;
    const handler = async ({ text }: { text: string }) => {
      expect(++inHand).toBe(1);
      await nc.flush();
      inHand -= 1;
      if (text === "b") throw new Error("out of paper");
    };
    const joined = await replay(nc, ChimedContract, {}, handler, { onError });
    await joined.caughtUp;
    await joined.stop();
    expect(onError.mock.calls).toEqual([
      [
        expect.objectContaining({ message: "out of paper" }),
        expect.objectContaining({ sequence: 2 }),
      ],
    ]);
    expect(joined.stats()).toEqual({ received: 3, refused: 0, failed: 1 });
  });

  it("reports and counts what breaks the contract, also where it is the newest", async () => {
    const nc = await lab.connect();
    const js = lab.jsm.jetstream();
    const subject = "lab.chimed.v1.hall.LEVEL_HIGH";
    await publishAll(nc, "hall", "good");
    await js.publish(subject, toBinary(RangSchema, create(RangSchema, chime("cellar"))));
    await js.publish(subject, bytes("\u00ff"));
    const onError = vi.fn();
    const handler = vi.fn();
    const joined = await replay(nc, ChimedContract, {}, handler, { onError });
    await joined.caughtUp;
    await joined.stop();
    expect(handler).toHaveBeenCalledTimes(1);
    const refusal = [
      expect.objectContaining({ code: "data_loss" }),
      expect.objectContaining({ subject }),
    ];
    expect(onError.mock.calls).toEqual([refusal, refusal]);
    expect(joined.stats()).toEqual({ received: 3, refused: 2, failed: 0 });
  });

  it("gives the events one at a time without a handler, until the loop is left", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "hall", "a", "b", "c");
    const events = await replay(nc, ChimedContract, { room: "hall" });
    const texts: string[] = [];
    for await (const { message } of events) {
      texts.push(message.text);
      if (message.text === "b") break;
    }
    expect(texts).toEqual(["a", "b"]);
    expect(await failureOf(events.caughtUp)).toMatchObject({ code: "canceled" });
    // Nothing is left on the server but the durable consumer.
    await vi.waitFor(async () => {
      const { state } = await lab.jsm.streams.info(stream);
      expect(state.consumer_count).toBe(1);
    });
  });

  it("ends the loop when it is stopped", async () => {
    const nc = await lab.connect();
    const events = await replay(nc, ChimedContract, {});
    const next = events[Symbol.asyncIterator]().next();
    await events.stop();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it("needs no more rights than those to the parameters' subject", async () => {
    await publishAll(await lab.connect(), "hall", "a");
    const nc = await lab.connect(late);
    const joined = await replay(nc, ChimedContract, { room: "hall" }, () => {});
    await joined.caughtUp;
    await joined.stop();
    expect(await failureOf(replay(nc, ChimedContract, {}, () => {}))).toMatchObject({
      code: "permission_denied",
    });
  });

  it("goes on without a gap or a repetition after the server was killed and started again", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "hall", "a", "b");
    const texts: string[] = [];
    const two = deferred();
    const four = deferred();
    const joiner = await lab.connect(late);
    const joined = await replay(joiner, ChimedContract, { room: "hall" }, ({ text }) => {
      const count = texts.push(text);
      if (count === 2) two.resolve();
      if (count === 4) four.resolve();
    });
    await two.promise;
    await lab.kill();
    const publishing = publishAll(nc, "hall", "c", "d");
    await lab.restart();
    await publishing;
    await four.promise;
    await joined.stop();
    expect(texts).toEqual(["a", "b", "c", "d"]);
  });

  it("rejects without its stream, and on a connection of nats 2.29", async () => {
    await lab.jsm.streams.delete(stream);
    const nc = await lab.connect();
    expect(await failureOf(replay(nc, ChimedContract, {}, () => {}))).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("charter stream apply"),
    });
    const old = await connect2({ servers: lab.url });
    try {
      expect(await failureOf(replay(old, ChimedContract, {}, () => {}))).toMatchObject({
        code: "unimplemented",
      });
    } finally {
      await old.close();
    }
  });
});
