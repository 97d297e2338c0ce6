import { expect, it } from "vitest";
import { zipfDraws } from "./zipf.ts";

it("zipfDraws draws each kind as often as Zipf's law says, and the same each time", () => {
  const draws = zipfDraws(100, 100_000);
  const counts = new Array<number>(100).fill(0);
  for (const kind of draws) counts[kind] = (counts[kind] ?? 0) + 1;
  const harmonic = counts.reduce((sum, _, k) => sum + 1 / (k + 1), 0);
  for (const k of [0, 1, 9, 99]) {
    const expected = draws.length / harmonic / (k + 1);
    // Five standard deviations of a count.
    expect(Math.abs((counts[k] ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
  }
  expect(zipfDraws(100, 100_000)).toEqual(draws);
});
