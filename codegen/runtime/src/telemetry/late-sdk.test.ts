import { expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { Level } from "../../testing/gen/lab/v1/lab_pb.js";
import { RangContract } from "../../testing/lab.ts";
import { collect, useLab } from "../../testing/lab-server.ts";
import { labUnder, plain } from "../../testing/payload-labs.ts";
import { setUpMetrics, setUpTraces } from "../../testing/telemetry.ts";
import { createClient } from "../client/client.ts";
import { publish } from "../events/publisher.ts";
import { subscribe } from "../events/subscriber.ts";
import { serve } from "../service/service.ts";
import { isObserved } from "./sdk.ts";

const lab = useLab();
const PlainContract = labUnder(plain);

it("without an SDK no header is sent; one that is registered later is heard by what is there", async () => {
  const connections = await Promise.all(clients.map((client) => lab.connect(client)));
  const [first, second] = connections;
  if (first === undefined || second === undefined) throw new Error("there are two clients");
  const messages = await collect(first, "lab.>");
  await serve(first, PlainContract, { echo: ({ text }) => ({ text }) });
  await serve(second, FramesContract, {
    async *count() {
      yield { number: 1 };
    },
    async *tell() {},
  });
  await subscribe(second, RangContract, {}, () => {});
  const { echo } = createClient(PlainContract, second);
  const { count } = createClient(FramesContract, first);
  const useAll = async () => {
    messages.length = 0;
    await echo({ room: "r1", text: "hi" });
    for await (const { number } of count({ to: 1 })) expect(number).toBe(1);
    const place = { case: "doorId" as const, value: "d1" };
    await publish(first, RangContract, { room: "r1", level: Level.HIGH, meta: {}, place });
    await first.flush();
    await second.flush();
    return messages.map(({ headers }) => headers?.has("traceparent") === true);
  };
  expect(await useAll()).toEqual([false, false, false]);
  expect(messages.map(({ headers }) => headers?.keys())).toEqual([
    undefined,
    undefined,
    ["Charter-Schema"],
  ]);
  expect(isObserved()).toBe(false);
  const measured = setUpMetrics();
  expect(await useAll()).toEqual([false, false, false]);
  expect(messages.map(({ headers }) => headers?.keys())).toEqual([
    undefined,
    undefined,
    ["Charter-Schema"],
  ]);
  expect((await measured()).map(({ name }) => name)).toContain("messaging.process.duration");
  const seen = setUpTraces();
  expect(await useAll()).toEqual([true, true, true]);
  expect(seen.spans()).toHaveLength(6);
});
