import { expect, it, vi } from "vitest";
import { ChimedContract, chime, durable, stream, useStreamLab } from "../../testing/stream-lab.ts";
import { publish } from "../events/publisher.ts";
import { type Consumption, consume } from "./consume.ts";

const lab = useStreamLab();
const publishers = 20;
const eventsEach = 100;

interface Instance {
  readonly consumption: Consumption;
  /** The events that its handler saw, in order. */
  readonly seen: string[];
}

it("a server that is killed under load loses no acknowledged event, and no handler sees one twice", async () => {
  let handled = 0;
  const startInstance = async (): Promise<Instance> => {
    const nc = await lab.connect();
    const seen: string[] = [];
    const options = { durable, concurrency: 8, onError: () => {} };
    const consumption = await consume(nc, ChimedContract, options, async ({ text }) => {
      seen.push(text);
      handled += 1;
      // In hand for a moment, so that the kill meets some.
      await nc.flush().catch(() => {});
    });
    return { consumption, seen };
  };
  const instances = await Promise.all([startInstance(), startInstance()]);

  const nc = await lab.connect();
  const sequences = new Map<string, number>();
  const publishing = Array.from({ length: publishers }, async (_, publisher) => {
    for (let index = 0; index < eventsEach; index++) {
      const text = `${publisher}-${index}`;
      const { sequence } = await publish(nc, ChimedContract, chime("hall", text));
      sequences.set(text, sequence);
    }
  });

  for (const share of [0.25, 0.5]) {
    await vi.waitFor(() => expect(handled).toBeGreaterThan(publishers * eventsEach * share), {
      timeout: 30_000,
      interval: 1,
    });
    await lab.kill();
    await lab.restart();
  }
  await Promise.all(publishing);

  // Each is in the stream once, where its receipt says.
  expect(new Set(sequences.values()).size).toBe(publishers * eventsEach);
  const { state } = await lab.jsm.streams.info(stream);
  expect(state.messages).toBe(publishers * eventsEach);

  await lab.settled();
  for (const { consumption } of instances) await consumption.stop();
  for (const { seen } of instances) expect(new Set(seen).size).toBe(seen.length);
  const all = new Set(instances.flatMap(({ seen }) => seen));
  expect([...sequences.keys()].filter((text) => !all.has(text))).toEqual([]);
}, 60_000);
