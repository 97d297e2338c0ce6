import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, trialsToDecide, wilson } from "./wilson.ts";

describe("wilson", () => {
  // The values are those of statsmodels' proportion_confint(method="wilson").
  it.each([
    [0, 0, 0, 1],
    [0, 10, 0, 0.277533],
    [10, 10, 0.722467, 1],
    [81, 100, 0.722212, 0.874852],
    [496, 500, 0.979613, 0.996885],
  ])("bounds %i of %i", (hits, trials, lower, upper) => {
    const bounds = wilson(hits, trials);
    expect(bounds.lower).toBeCloseTo(lower, 6);
    expect(bounds.upper).toBeCloseTo(upper, 6);
  });

  it("holds the rate, and nothing outside of 0 to 1", () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.nat({ max: 5000 }), (a, b) => {
        const { lower, upper } = wilson(a, a + b);
        const rate = a + b === 0 ? 0 : a / (a + b);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(lower).toBeLessThanOrEqual(rate);
        expect(upper).toBeGreaterThanOrEqual(rate);
        expect(upper).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("trialsToDecide", () => {
  it.each([
    [1, 0.999, 3838],
    [1, 0.99, 381],
    [0.992, 0.99, 9508],
    [0.99, 0.99, null],
  ])("for a rate of %d and %d wanted", (rate, wanted, trials) => {
    expect(trialsToDecide(rate, wanted)).toBe(trials);
  });

  it.each([0.9, 0.99, 0.999])("says the first count that decides for %d", (wanted) => {
    const trials = trialsToDecide(1, wanted) ?? 0;
    expect(decide(wilson(trials, trials), wanted)).toBe("enough");
    expect(decide(wilson(trials - 1, trials - 1), wanted)).toBe("not known");
  });
});

describe("decide", () => {
  it.each([
    [381, 381, "enough"],
    [380, 381, "not known"],
    [10, 10, "not known"],
    [0, 0, "not known"],
    [90, 100, "too few equal"],
  ] as const)("judges %i of %i at 0.99", (hits, trials, decision) => {
    expect(decide(wilson(hits, trials), 0.99)).toBe(decision);
  });
});
