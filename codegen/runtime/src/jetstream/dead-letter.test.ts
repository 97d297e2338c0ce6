import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { headers as natsHeaders } from "@nats-io/nats-core";
import { describe, expect, it, vi } from "vitest";
import { DeadLetterSchema } from "../../gen/charter/nats/v1/dead_letter_pb.js";
import { RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { bytes, deferred } from "../../testing/lab-server.ts";
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

const lab = useStreamLab();
const silent = { durable, onError: () => {} };

describe("consume of an event that cannot be handled", () => {
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
    await lab.settled();
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
    await lab.settled();
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
    await lab.publishAll(nc, "killer");
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
    await lab.publishAll(nc, "poison");
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
    await lab.settled();
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
    await lab.settled();
    await consumption.stop();
  });

  it("is counted and gone where the contract has no dead-letter subject", async () => {
    const nc = await lab.connect();
    await lab.publishAll(nc, "poison");
    const contract = { ...ChimedContract, deadLetterSubject: null };
    const onError = vi.fn();
    const options = { durable, onError, maxDeliveries: 1 };
    const consumption = await consume(nc, contract, options, () => {
      throw new Error("out of paper");
    });
    await lab.settled();
    expect(onError).toHaveBeenCalledTimes(1);
    await consumption.stop();
    expect(consumption.stats()).toMatchObject({ failed: 1, givenUp: 1 });
  });
});
