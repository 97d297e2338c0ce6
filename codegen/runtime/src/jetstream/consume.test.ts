import { connect as connect2 } from "nats";
import { describe, expect, it, vi } from "vitest";
import { RangContract } from "../../testing/lab.ts";
import { deferred, failureOf } from "../../testing/lab-server.ts";
import {
  ChimedContract,
  chime,
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

describe("consume", () => {
  it("hands over events in order, one at a time, with what is known of them", async () => {
    const nc = await lab.connect();
    await lab.publishAll(nc, "a", "b");
    let inHand = 0;
    const seen: [string, DeliveryContext][] = [];
    const consumption = await consume(nc, ChimedContract, { durable }, async (message, context) => {
      expect(++inHand).toBe(1);
      await nc.flush();
      inHand -= 1;
      seen.push([message.text, context]);
    });
    await lab.publishAll(nc, "c");
    await lab.settled();
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
    await lab.publishAll(nc, "a", "b", "c");
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
    await lab.settled();
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
    await lab.settled();
    expect(seen.toSorted()).toEqual(texts.toSorted());
    for (const instance of instances) {
      expect(instance.stats().handled).toBeGreaterThan(0);
      await instance.stop();
    }
  });

  it("works with the rights to the next message and the acknowledgement alone", async () => {
    const nc = await lab.connect(login("worker"));
    await lab.publishAll(await lab.connect(), "a");
    const consumption = await consume(nc, ChimedContract, silent, () => {});
    await lab.settled();
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
    await lab.publishAll(await lab.connect(), "a");
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
    await lab.publishAll(nc, "works", "waits");
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
    await lab.settled();
    expect(handler).toHaveBeenCalledTimes(2);
    await Promise.all([consumption.stop(), another.stop()]);
    expect(consumption.stats()).toMatchObject({ received: 2, handled: 2 });
  });

  it("does not hand over again what is in hand", async () => {
    const nc = await lab.connect();
    await lab.publishAll(nc, "a");
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
    await lab.settled();
    expect(handler).toHaveBeenCalledTimes(1);
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ received: 2, handled: 1 });
  });

  it("finishes what is in hand when it stops, and gives the rest back at once", async () => {
    const nc = await lab.connect();
    await lab.publishAll(nc, "a", "b", "c");
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
    await lab.settled();
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
    await lab.publishAll(nc, "a");
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
