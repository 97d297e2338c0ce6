import { AckPolicy, RetentionPolicy } from "@nats-io/jetstream";
import { expect, it } from "vitest";
import { failureOf } from "../../testing/lab-server.ts";
import {
  ChimedContract,
  durable,
  provided,
  stream,
  useStreamLab,
} from "../../testing/stream-lab.ts";
import { consume } from "./consume.ts";

const lab = useStreamLab();
const start = async (contract = ChimedContract) =>
  consume(await lab.connect(), contract, { durable }, () => {});

const withStream = (changes: object) => async () => {
  await lab.jsm.streams.delete(stream);
  await lab.jsm.streams.add({ ...provided.stream, ...changes });
  const filter_subject = "subjects" in changes ? "lab.other" : provided.consumer.filter_subject;
  await lab.jsm.consumers.add(stream, { ...provided.consumer, filter_subject });
};

const withConsumer = (changes: object) => async () => {
  await lab.jsm.consumers.delete(stream, durable);
  await lab.jsm.consumers.add(stream, { ...provided.consumer, ...changes });
};

it.each([
  ["no stream", () => lab.jsm.streams.delete(stream), "the stream CHIMES is not there"],
  [
    "no consumer",
    () => lab.jsm.consumers.delete(stream, durable),
    "the consumer keeper of the stream CHIMES is not there",
  ],
  [
    "a stream without the subject",
    withStream({ subjects: ["lab.other"] }),
    "expected the subject lab.chimed.v1.*.*, found lab.other",
  ],
  [
    "a stream that drops what is acknowledged",
    withStream({ retention: RetentionPolicy.Interest }),
    "expected retention limits, found interest",
  ],
  [
    "a stream that keeps events for less time",
    withStream({ max_age: 60e9, duplicate_window: 60e9 }),
    "expected a maximum age of 300 s, found 60 s",
  ],
  [
    "a stream that keeps fewer bytes",
    withStream({ max_bytes: 5000 }),
    "expected a maximum size of no limit, found 5000 bytes",
  ],
  [
    "a filter beside the contract's subject",
    withConsumer({ filter_subject: "lab.>" }),
    "expected a filter within lab.chimed.v1.*.*, found lab.>",
  ],
  [
    "no filter",
    withConsumer({ filter_subject: undefined }),
    "expected a filter within lab.chimed.v1.*.*, found >",
  ],
  [
    "another ack policy",
    withConsumer({ ack_policy: AckPolicy.All }),
    "expected the ack policy explicit, found all",
  ],
  [
    "a consumer that pushes",
    withConsumer({ deliver_subject: "lab.pushed" }),
    "expected a pull consumer, found one that pushes to lab.pushed",
  ],
  [
    "a consumer that gives up by itself",
    withConsumer({ max_deliver: 3 }),
    "expected no max_deliver, found 3",
  ],
])(
  "consume rejects %s with what it expected, what it found and the remedy",
  async (_, change, text) => {
    await change();
    const failure = await failureOf(start());
    expect(failure).toMatchObject({ code: "failed_precondition" });
    expect(String(failure)).toContain(text);
    expect(String(failure)).toContain("charter stream apply");
  },
);

it("consume takes a stream that keeps more, and a filter on one value of a parameter", async () => {
  await lab.jsm.streams.update(stream, { subjects: ["lab.chimed.v1.>"], max_age: 0 });
  await withConsumer({ filter_subject: "lab.chimed.v1.hall.*" })();
  const consumption = await start();
  await consumption.stop();
});
