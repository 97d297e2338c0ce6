import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { headers as natsHeaders } from "@nats-io/nats-core";
import type { NatsConnection } from "@nats-io/transport-node";
import { connect as connect2 } from "nats";
import { describe, expect, it, vi } from "vitest";
import { DeadLetterSchema } from "../../gen/charter/nats/v1/dead_letter_pb.js";
import { RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { RangContract } from "../../testing/lab.ts";
import { bytes, deferred, failureOf } from "../../testing/lab-server.ts";
import {
  ChimedContract,
  chime,
  deadLetters,
  durable,
  provided,
  stream,
  useStreamLab,
} from "../../testing/stream-lab.ts";
import { publish } from "../events/publisher.ts";
import { consume } from "./consume.ts";
import type { DeliveryContext } from "./deliveries.ts";

const lab = useStreamLab(`
  { user: worker, password: worker, permissions: {
      publish: ["$JS.API.CONSUMER.MSG.NEXT.CHIMES.keeper", "$JS.ACK.CHIMES.keeper.>",
                "$JS.ACK.*.*.CHIMES.keeper.>", "lab.chimed.dead.v1"],
      subscribe: "_INBOX.worker.>" } }
  { user: mute, password: mute, permissions: {
      publish: ["$JS.API.CONSUMER.MSG.NEXT.CHIMES.keeper"], subscribe: "_INBOX.mute.>" } }
  { user: idle, password: idle, permissions: { publish: "none", subscribe: "_INBOX.idle.>" } }`);

const login = (user: string) => ({ user, pass: user, inboxPrefix: `_INBOX.${user}` });
const silent = { durable, onError: () => {} };

async function publishAll(nc: NatsConnection, ...texts: string[]): Promise<void> {
  for (const text of texts) await publish(nc, ChimedContract, chime("hall", text));
}

/** Waits until the server has heard of all answers. */
async function settled(): Promise<void> {
  await vi.waitFor(
    async () => {
      const info = await lab.jsm.consumers.info(stream, durable);
      expect([info.num_pending, info.num_ack_pending]).toEqual([0, 0]);
    },
    { timeout: 10_000, interval: 20 },
  );
}

describe("consume", () => {
  it("hands over events in order, one at a time, with what is known of them", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "a", "b");
    let inHand = 0;
    const seen: [string, DeliveryContext][] = [];
    const consumption = await consume(nc, ChimedContract, { durable }, async (message, context) => {
      expect(++inHand).toBe(1);
      await nc.flush();
      inHand -= 1;
      seen.push([message.text, context]);
    });
    await publishAll(nc, "c");
    await settled();
    expect(seen.map(([text, { sequence }]) => [text, sequence])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
    const context = seen[0]?.[1];
    expect(context).toMatchObject({
      subject: "lab.chimed.v1.hall.LEVEL_HIGH",
      schema: "lab/lab@1.2.3",
      deliveries: 1,
    });
    expect(context?.timestamp.getTime()).toBe(
      (await lab.jsm.streams.getMessage(stream, { seq: 1 }))?.time.getTime(),
    );
    await consumption.stop();
    expect(consumption.stats()).toEqual({
      received: 3,
      handled: 3,
      refused: 0,
      failed: 0,
      repeated: 0,
      givenUp: 0,
    });
  });

  it("has as many in hand as it is told to", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "a", "b", "c");
    const both = deferred();
    const go = deferred();
    const begun: string[] = [];
    const options = { durable, concurrency: 2 };
    const consumption = await consume(nc, ChimedContract, options, async ({ text }) => {
      if (begun.push(text) === 2) both.resolve();
      await go.promise;
    });
    await both.promise;
    await nc.flush();
    expect(begun).toEqual(["a", "b"]);
    go.resolve();
    await settled();
    expect(begun).toEqual(["a", "b", "c"]);
    await consumption.stop();
  });

  it("shares the events between instances, each to one of them", async () => {
    const nc = await lab.connect();
    const seen: string[] = [];
    const instances = await Promise.all(
      [1, 2, 3].map(async () =>
        consume(await lab.connect(), ChimedContract, { durable }, ({ text }) => {
          seen.push(text);
        }),
      ),
    );
    const texts = Array.from({ length: 200 }, (_, index) => `t${index}`);
    await Promise.all(texts.map((text) => publish(nc, ChimedContract, chime("hall", text))));
    await settled();
    expect(seen.toSorted()).toEqual(texts.toSorted());
    for (const instance of instances) {
      expect(instance.stats().handled).toBeGreaterThan(0);
      await instance.stop();
    }
  });

  it("works with the rights to the next message and the acknowledgement alone", async () => {
    const nc = await lab.connect(login("worker"));
    await publishAll(await lab.connect(), "a");
    const consumption = await consume(nc, ChimedContract, silent, () => {});
    await settled();
    expect(consumption.stats()).toMatchObject({ received: 1, handled: 1 });
    await consumption.stop();
  });

  it("rejects without the right to the next message", async () => {
    const nc = await lab.connect(login("idle"));
    expect(await failureOf(consume(nc, ChimedContract, silent, () => {}))).toMatchObject({
      code: "permission_denied",
    });
  });

  it("says that NATS refuses the acknowledgement, and hands over once what comes again", async () => {
    await lab.jsm.consumers.update(stream, durable, { ack_wait: 50e6 });
    await publishAll(await lab.connect(), "a");
    const nc = await lab.connect(login("mute"));
    const refused = deferred<unknown>();
    const handler = vi.fn();
    const options = { durable, onError: refused.resolve };
    const consumption = await consume(nc, ChimedContract, options, handler);
    expect(await refused.promise).toMatchObject({
      code: "permission_denied",
      message: expect.stringContaining("acknowledging"),
    });
    await vi.waitFor(() => expect(consumption.stats().repeated).toBeGreaterThan(2));
    expect(handler).toHaveBeenCalledTimes(1);
    await consumption.stop();
  });

  it("tells the server that events are still in hand, so that they stay there", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "works", "waits");
    const extensions: string[] = [];
    nc.subscribe("$JS.ACK.CHIMES.keeper.>", {
      callback: (_, message) => {
        if (message.string() === "+WPI") extensions.push(message.subject.split(".")[5] ?? "");
      },
    });
    const done = deferred();
    const handler = vi.fn(() => done.promise);
    const consumption = await consume(nc, ChimedContract, { durable }, handler);
    const another = await consume(await lab.connect(), ChimedContract, { durable }, handler);
    // Each third of ack_wait, so that it has passed by now.
    await vi.waitFor(
      () => expect([...new Set(extensions), extensions.length]).toEqual(["1", "2", 10]),
      { timeout: 10_000, interval: 5 },
    );
    expect(handler).toHaveBeenCalledTimes(1);
    done.resolve();
    await settled();
    expect(handler).toHaveBeenCalledTimes(2);
    await Promise.all([consumption.stop(), another.stop()]);
    expect(consumption.stats()).toMatchObject({ received: 2, handled: 2 });
  });

  it("does not hand over again what is in hand", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "a");
    const done = deferred();
    const handler = vi.fn(() => done.promise);
    const consumption = await consume(nc, ChimedContract, { durable }, handler);
    // What a server does that has lost the extensions.
    nc.subscribe("$JS.ACK.CHIMES.keeper.1.>", {
      callback: (_, { subject, data }) => {
        if (data.length === 4) nc.publish(subject, '-NAK {"delay": 1}');
      },
    });
    await vi.waitFor(() => expect(consumption.stats()).toMatchObject({ repeated: 1 }));
    done.resolve();
    await settled();
    expect(handler).toHaveBeenCalledTimes(1);
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ received: 2, handled: 1 });
  });

  it("finishes what is in hand when it stops, and gives the rest back at once", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "a", "b", "c");
    const begun = deferred();
    const go = deferred();
    const consumption = await consume(nc, ChimedContract, { durable }, () => {
      begun.resolve();
      return go.promise;
    });
    await begun.promise;
    const stopped = consumption.stop();
    const seen: string[] = [];
    const next = await consume(await lab.connect(), ChimedContract, { durable }, ({ text }) => {
      seen.push(text);
    });
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(["b", "c"]));
    go.resolve();
    await stopped;
    await settled();
    expect(consumption.stats()).toMatchObject({ handled: 1, failed: 0 });
    await next.stop();
  });

  it("says that its consumer is gone, and goes on when there is one again", async () => {
    const nc = await lab.connect();
    const gone = deferred<unknown>();
    const handled = deferred<string>();
    const options = { durable, onError: gone.resolve };
    const consumption = await consume(nc, ChimedContract, options, ({ text }) => {
      handled.resolve(text);
    });
    await lab.jsm.consumers.delete(stream, durable);
    expect(await gone.promise).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("charter stream apply"),
    });
    await publishAll(nc, "a");
    await lab.jsm.consumers.add(stream, provided.consumer);
    expect(await handled.promise).toBe("a");
    await consumption.stop();
  });

  it("is unimplemented for a connection of nats 2.29", async () => {
    const nc = await connect2({ servers: lab.url });
    try {
      expect(await failureOf(consume(nc, ChimedContract, silent, () => {}))).toMatchObject({
        code: "unimplemented",
      });
    } finally {
      await nc.close();
    }
  });

  it("refuses a core event, and a name that is no token", async () => {
    const nc = await lab.connect();
    const core = RangContract as unknown as typeof ChimedContract;
    expect(await failureOf(consume(nc, core, silent, () => {}))).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("subscribe"),
    });
    const options = { durable: "a.b" };
    expect(await failureOf(consume(nc, ChimedContract, options, () => {}))).toMatchObject({
      code: "invalid_argument",
    });
  });
});

describe("an event that cannot be handled", () => {
  async function lettersOf(count: number) {
    await vi.waitFor(async () => {
      expect((await lab.jsm.streams.info(deadLetters)).state.messages).toBe(count);
    });
    return Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const kept = await lab.jsm.streams.getMessage(deadLetters, { seq: index + 1 });
        return fromBinary(DeadLetterSchema, kept?.data ?? new Uint8Array());
      }),
    );
  }

  it("comes again after a pause when the handler throws, and is then a dead letter", async () => {
    const nc = await lab.connect();
    await publish(nc, ChimedContract, chime("hall", "poison"), { headers: { trace: "t1" } });
    const onError = vi.fn();
    const attempts: number[] = [];
    const options = { durable, onError, maxDeliveries: 3, retryMs: 5 };
    const consumption = await consume(nc, ChimedContract, options, (_, { deliveries }) => {
      attempts.push(deliveries);
      throw new Error("out of paper");
    });
    const [letter] = await lettersOf(1);
    expect(attempts).toEqual([1, 2, 3]);
    expect(letter).toMatchObject({
      subject: "lab.chimed.v1.hall.LEVEL_HIGH",
      stream,
      sequence: 1n,
      consumer: durable,
      deliveries: 3n,
      reason: "out of paper",
      headers: { trace: "t1", "Charter-Schema": "lab/lab@1.2.3" },
    });
    expect(fromBinary(RangSchema, letter?.payload ?? new Uint8Array()).text).toBe("poison");
    await settled();
    expect(onError).toHaveBeenCalledTimes(3);
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ failed: 3, givenUp: 1, handled: 0 });
  });

  it("is a dead letter at once when it breaks its contract, and the rest goes on", async () => {
    const nc = await lab.connect();
    const js = lab.jsm.jetstream();
    const subject = "lab.chimed.v1.hall.LEVEL_HIGH";
    const encoded = (room: string, text: string) =>
      toBinary(RangSchema, create(RangSchema, chime(room, text)));
    await js.publish(subject, bytes("\u00ff"));
    await js.publish(subject, encoded("hall", "x".repeat(21)));
    await js.publish(subject, encoded("cellar", ""));
    await js.publish(subject, encoded("hall", "good"));
    const onError = vi.fn();
    const handler = vi.fn();
    const consumption = await consume(nc, ChimedContract, { durable, onError }, handler);
    const letters = await lettersOf(3);
    expect(letters.map(({ sequence, deliveries }) => [sequence, deliveries])).toEqual([
      [1n, 1n],
      [2n, 1n],
      [3n, 1n],
    ]);
    expect(letters.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("no lab.v1.Rang"),
      expect.stringContaining("text"),
      expect.stringContaining("{room}"),
    ]);
    await settled();
    expect(handler).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ text: "good" }),
      expect.objectContaining({ sequence: 4 }),
    );
    const refusal = [
      expect.objectContaining({ code: "data_loss" }),
      expect.objectContaining({ subject, deliveries: 1 }),
    ];
    expect(onError.mock.calls).toEqual([refusal, refusal, refusal]);
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ refused: 3, givenUp: 3, handled: 1 });
  });

  it("is not handed over when it ended every process that had it", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "killer");
    const consumer = await lab.jsm.jetstream().consumers.get(stream, durable);
    for (let count = 0; count < 2; count++) (await consumer.next())?.nak();
    const handler = vi.fn();
    const options = { ...silent, maxDeliveries: 2 };
    const consumption = await consume(nc, ChimedContract, options, handler);
    const [letter] = await lettersOf(1);
    expect(letter).toMatchObject({ deliveries: 3n, reason: expect.stringContaining("2 times") });
    expect(handler).not.toHaveBeenCalled();
    await consumption.stop();
  });

  it("stays in the stream, and comes again, while its dead letter cannot be kept", async () => {
    await lab.jsm.streams.update(deadLetters, { subjects: ["lab.elsewhere"] });
    const nc = await lab.connect();
    // What answers is no stream, so the dead letter is refused at once.
    const refusing = nc.subscribe("lab.chimed.dead.v1", {
      callback: (_, message) => {
        message.respond("no");
      },
    });
    await publishAll(nc, "poison");
    const refused = deferred();
    const options = {
      durable,
      maxDeliveries: 1,
      retryMs: 5,
      onError: (error: unknown) => {
        if (error instanceof Error && error.message.includes("no stream")) refused.resolve();
      },
    };
    let attempts = 0;
    const consumption = await consume(nc, ChimedContract, options, () => {
      attempts += 1;
      throw new Error("out of paper");
    });
    await refused.promise;
    await lab.jsm.streams.update(deadLetters, provided.deadLetters);
    refusing.unsubscribe();
    expect(await lettersOf(1)).toMatchObject([{ sequence: 1n }]);
    expect(attempts).toBe(1);
    await settled();
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ failed: 1, givenUp: 1 });
  });

  it("has a dead letter without its payload when both are too large together", async () => {
    const nc = await lab.connect();
    const headers = natsHeaders();
    headers.set("note", "x".repeat(1000));
    const payload = new Uint8Array(1024 * 1024 - 2000).fill(255);
    await lab.jsm.jetstream().publish("lab.chimed.v1.hall.LEVEL_HIGH", payload, { headers });
    await lab.jsm.streams.update(deadLetters, { max_msg_size: 100_000 });
    const consumption = await consume(nc, ChimedContract, silent, () => {});
    const [letter] = await lettersOf(1);
    expect(letter?.payload).toHaveLength(0);
    expect(letter?.reason).toContain("too large");
    await settled();
    await consumption.stop();
  });

  it("is counted and gone where the contract has no dead-letter subject", async () => {
    const nc = await lab.connect();
    await publishAll(nc, "poison");
    const contract = { ...ChimedContract, deadLetterSubject: null };
    const onError = vi.fn();
    const options = { durable, onError, maxDeliveries: 1 };
    const consumption = await consume(nc, contract, options, () => {
      throw new Error("out of paper");
    });
    await settled();
    expect(onError).toHaveBeenCalledTimes(1);
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ failed: 1, givenUp: 1 });
  });
});
