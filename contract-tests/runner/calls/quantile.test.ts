import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chanceOfAtLeast, quantile } from "./quantile.ts";

describe("quantile", () => {
  it.each([
    [[7], 0.5, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.75, 3],
    [[1, 2, 3, 4], 0.76, 4],
    [[1, 2, 3, 4], 1, 4],
    [[1, 2, 3, 4], 0, 1],
  ])("of %j at %d is %d", (sorted, q, expected) => {
    expect(quantile(sorted, q)).toBe(expected);
  });

  it("is no number of nothing", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("is the smallest sample that enough of them do not exceed", () => {
    const samples = fc.array(fc.nat(1000), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const value = quantile(sorted, q);
        const within = sorted.filter((each) => each <= value).length;
        const below = sorted.filter((each) => each < value).length;
        expect(within).toBeGreaterThanOrEqual(q * sorted.length);
        expect(below).toBeLessThan(q * sorted.length);
      }),
    );
  });
});

describe("chanceOfAtLeast", () => {
  it.each([
    [0, 10, 0.5, 1],
    [10, 10, 0.5, 0.5 ** 10],
    [1, 30, 0.01, 1 - 0.99 ** 30],
    // 1 - 0.99^30 - 30 * 0.01 * 0.99^29
    [2, 30, 0.01, 1 - 0.99 ** 30 - 0.3 * 0.99 ** 29],
  ])("%d of %d at %d is %d", (hits, tries, p, expected) => {
    expect(chanceOfAtLeast(hits, tries, p)).toBeCloseTo(expected, 12);
  });
});
