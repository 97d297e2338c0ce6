import { expect, it } from "vitest";
import { createPace } from "./pace.ts";

/** A pace whose clock goes on by what is waited. */
function paceAt(perSecond: number) {
  let clock = 0;
  const waits: number[] = [];
  const pace = createPace(
    perSecond,
    () => clock,
    async (ms) => {
      waits.push(ms);
      clock += ms;
    },
  );
  return { pace, waits, now: () => clock, pass: (ms: number) => (clock += ms) };
}

it("sends a second's worth in a second, whoever asks", async () => {
  const { pace, now } = paceAt(20);
  for (let i = 0; i < 62; i++) await pace.take(1);
  expect(now()).toBeCloseTo(3000);
});

it("lets a batch go at once, and has the next one wait for it", async () => {
  const { pace, waits } = paceAt(200);
  await pace.take(20);
  expect(waits).toEqual([]);
  await pace.take(200);
  expect(waits).toEqual([1000]);
});

it("saves up no more than a tenth of a second during a pause", async () => {
  const { pace, waits, pass } = paceAt(100);
  pass(60_000);
  await pace.take(11);
  expect(waits).toEqual([10]);
});
