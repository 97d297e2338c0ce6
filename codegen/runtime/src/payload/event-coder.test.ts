import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { Level, RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { RangContract } from "../../testing/lab.ts";
import { bytes, collect, failureOf, useLab } from "../../testing/lab-server.ts";
import { compressed, compressedSecret, curveSeed, rangUnder } from "../../testing/payload-labs.ts";
import type { NatsMessage } from "../connection/connection.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import { publish } from "../events/publisher.ts";
import { type SubscribeOptions, subscribe } from "../events/subscriber.ts";
import { eventOpener, eventSender } from "./event-coder.ts";
import { payloadKeys } from "./payload-keys.ts";

const lab = useLab();
const module = "lab/lab";
const blob = new Uint8Array(50_000).fill(7);

const rang = {
  room: "r1",
  level: Level.HIGH,
  meta: { count: 5n },
  place: { case: "doorId" as const, value: "d1" },
  text: "hush",
};
const subject = "lab.rang.v1.r1.LEVEL_HIGH.5.d1";
const inClear = toBinary(RangSchema, create(RangSchema, rang));

/** Keys of a publisher and of a reader. */
function keyPair() {
  const seed = curveSeed();
  const reader = payloadKeys({ own: curveSeed(), events: { [module]: seed } });
  const publicKey = reader.eventKeys(module)?.publicKey ?? "";
  return {
    seed,
    reader,
    publisher: payloadKeys({ own: curveSeed(), events: { [module]: publicKey } }),
  };
}

/** A subscription that notes what it takes and what it refuses. */
async function listener(
  nc: Parameters<typeof subscribe>[0],
  contract: typeof RangContract,
  options: SubscribeOptions = {},
) {
  const taken: string[] = [];
  const refused: unknown[] = [];
  const subscription = await subscribe(
    nc,
    contract,
    {},
    ({ text, blob }) => {
      taken.push(`${text} ${blob.length}`);
    },
    { ...options, onError: (error) => refused.push(error) },
  );
  return { taken, refused, subscription };
}

describe.each(clients)("an event that allows zstd, on $client", (client) => {
  const contract = rangUnder(compressed);

  it("is compressed over 16 KiB, and arrives as it was", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, "lab.>");
    const { taken, refused, subscription } = await listener(nc, contract);
    await publish(nc, contract, { ...rang, blob });
    await publish(nc, contract, rang);
    await subscription.stop();
    expect(taken).toEqual(["hush 50000", "hush 0"]);
    expect(refused).toEqual([]);
    expect(messages.map(({ headers }) => headers?.has(headerNames.encoding))).toEqual([
      true,
      false,
    ]);
  });

  it("is refused as data_loss where it cannot be decompressed, or the contract knows nothing of it", async () => {
    const nc = await lab.connect(client);
    const knowing = await listener(nc, contract);
    const unknowing = await listener(nc, RangContract);
    await publish(nc, contract, { ...rang, blob });
    const headers = createHeaders({ [headerNames.encoding]: "zstd" });
    nc.publish(subject, bytes("no frame"), { headers });
    await Promise.all([knowing.subscription.stop(), unknowing.subscription.stop()]);
    expect(knowing.taken).toEqual(["hush 50000"]);
    expect(knowing.refused).toMatchObject([{ code: "data_loss" }]);
    expect(unknowing.taken).toEqual([]);
    expect(unknowing.refused).toMatchObject([{ code: "data_loss" }, { code: "data_loss" }]);
  });
});

describe.each(clients)("an event that demands encryption, on $client", (client) => {
  const contract = rangUnder(compressedSecret);

  it("opens for every reader, and shows nobody else what it holds", async () => {
    const nc = await lab.connect(client);
    const { seed, reader, publisher } = keyPair();
    const messages = await collect(nc, "lab.>");
    const another = payloadKeys({ own: curveSeed(), events: { [module]: [curveSeed(), seed] } });
    const readers = await Promise.all(
      [reader, another].map((keys) => listener(nc, contract, { keys })),
    );
    await publish(nc, contract, rang, { keys: publisher });
    await publish(nc, contract, { ...rang, blob }, { keys: reader });
    await Promise.all(readers.map(({ subscription }) => subscription.stop()));
    for (const { taken, refused } of readers) {
      expect(taken).toEqual(["hush 0", "hush 50000"]);
      expect(refused).toEqual([]);
    }
    for (const { data } of messages) {
      expect(Buffer.from(data).toString("latin1")).not.toContain("hush");
      expect(data.length).toBeLessThan(300);
    }
  });

  it("is refused in clear, under another key, changed, or from another subject", async () => {
    const nc = await lab.connect(client);
    const { reader, publisher } = keyPair();
    const { taken, refused, subscription } = await listener(nc, contract, { keys: reader });
    nc.publish(subject, inClear);
    await publish(nc, contract, rang, { keys: keyPair().publisher });
    const sent = eventSender(contract, publisher)?.({ payload: inClear, headers: undefined });
    const other = { ...contract, subject: { ...contract.subject, wildcard: "lab.other.v1.*" } };
    const foreign = eventSender(other, publisher)?.({ payload: inClear, headers: undefined });
    if (sent?.headers === undefined || foreign?.headers === undefined)
      throw new Error("not sealed");
    const changed = sent.payload.slice();
    changed[50] = (changed[50] ?? 0) ^ 1;
    nc.publish(subject, changed, { headers: sent.headers });
    nc.publish(subject, foreign.payload, { headers: foreign.headers });
    nc.publish(subject.replace("r1", "r2"), sent.payload, { headers: sent.headers });
    await subscription.stop();
    expect(taken).toEqual([]);
    expect(refused).toHaveLength(5);
    for (const error of refused) {
      expect(error).toMatchObject({ code: "data_loss" });
      expect((error as Error).message).not.toContain("hush");
    }
  });

  it("is taken from senders on the list alone, if there is one", async () => {
    const nc = await lab.connect(client);
    const { seed, publisher } = keyPair();
    const keysFor = (accept: string[]) =>
      payloadKeys({ own: curveSeed(), events: { [module]: seed }, accept });
    const strict = await listener(nc, contract, { keys: keysFor([keysFor([]).publicKey]) });
    const open = await listener(nc, contract, { keys: keysFor([publisher.publicKey]) });
    await publish(nc, contract, rang, { keys: publisher });
    await Promise.all([strict.subscription.stop(), open.subscription.stop()]);
    expect(open.taken).toEqual(["hush 0"]);
    expect(strict.taken).toEqual([]);
    expect(strict.refused).toMatchObject([{ code: "permission_denied" }]);
  });

  it("is not published or read without its key, which is failed_precondition", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, "lab.>");
    const remedy = {
      code: "failed_precondition",
      message: expect.stringMatching(/lab\.v1\.Rang.*events\["lab\/lab"\].*payloadKeys/),
    };
    const { publisher } = keyPair();
    const stranger = payloadKeys({ own: curveSeed() });
    for (const keys of [undefined, stranger]) {
      expect(await failureOf(publish(nc, contract, rang, { keys }))).toMatchObject(remedy);
    }
    for (const keys of [undefined, stranger, publisher]) {
      const refused = await failureOf(subscribe(nc, contract, {}, () => {}, { keys }));
      expect(refused).toMatchObject(remedy);
    }
    await nc.flush();
    expect(messages).toEqual([]);
  });
});

it("eventOpener takes any bytes without harm", () => {
  const { reader, publisher } = keyPair();
  const open = eventOpener(rangUnder(compressedSecret), reader);
  for (let length = 0; length < 300; length++) {
    const data = crypto.getRandomValues(new Uint8Array(length));
    if (length % 2 === 0) data.set(bytes("xkv1").subarray(0, length));
    const headers = createHeaders({
      [headerNames.encryption]: "xkv1",
      [headerNames.senderKey]: publisher.publicKey,
      [headerNames.encoding]: "zstd",
    });
    const message: NatsMessage = { subject, data, headers };
    expect(() => open(message)).toThrow(CharterError);
  }
});
