import { fromBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { DeadLetterSchema } from "../../gen/charter/nats/v1/dead_letter_pb.js";
import { deferred, failureOf } from "../../testing/lab-server.ts";
import { compressedSecret, curveSeed } from "../../testing/payload-labs.ts";
import {
  ChimedContract,
  chime,
  deadLetters,
  durable,
  useStreamLab,
} from "../../testing/stream-lab.ts";
import { publish } from "../events/publisher.ts";
import { consume } from "../jetstream/consume.ts";
import { payloadKeys } from "./payload-keys.ts";

const lab = useStreamLab();
const contract = { ...ChimedContract, policy: compressedSecret };
const readers = () => payloadKeys({ own: curveSeed(), events: { "lab/lab": curveSeed() } });

it("a stream keeps events sealed and compressed, and a consumer with the seed reads them", async () => {
  const nc = await lab.connect();
  const keys = readers();
  const blob = new Uint8Array(50_000).fill(7);
  await publish(nc, contract, { ...chime("hall", "hush"), blob }, { keys });
  const kept = await lab.jsm.streams.getMessage("CHIMES", { seq: 1 });
  expect(kept?.data.length).toBeLessThan(300);
  const handled = deferred<string>();
  const consumption = await consume(nc, contract, { durable, keys }, ({ text, blob: got }) =>
    handled.resolve(`${text} ${got.length}`),
  );
  expect(await handled.promise).toBe("hush 50000");
  await consumption.stop();
});

it("a consumer does not start without the seed, and gives up on what another key sealed", async () => {
  const nc = await lab.connect();
  const refused = await failureOf(consume(nc, contract, { durable }, () => {}));
  expect(refused).toMatchObject({ code: "failed_precondition" });
  await publish(nc, contract, chime("hall", "hush"), { keys: readers() });
  const failed = deferred<unknown>();
  const consumption = await consume(
    nc,
    contract,
    { durable, keys: readers(), onError: (error) => failed.resolve(error) },
    () => {},
  );
  expect(await failed.promise).toMatchObject({ code: "data_loss" });
  await consumption.stop();
  const letter = await lab.jsm.streams.getMessage(deadLetters, { seq: 1 });
  const { payload, headers, reason } = fromBinary(
    DeadLetterSchema,
    letter?.data ?? new Uint8Array(),
  );
  expect(headers["Charter-Encryption"]).toBe("xkv1");
  expect(reason).toBe("data_loss");
  expect(Buffer.from(payload).toString("latin1")).not.toContain("hush");
});
