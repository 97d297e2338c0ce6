import { describe, expect, it } from "vitest";
import { createLagWatch } from "./lag-watch.ts";

function keepBusy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe("createLagWatch", () => {
  it("tells how long the process could not look, and starts anew when it is told to", () => {
    const lag = createLagWatch();
    keepBusy(60);
    expect(lag.lostMs()).toBeGreaterThan(40);
    keepBusy(60);
    expect(lag.lostMs()).toBeGreaterThan(80);
    lag.reset();
    expect(lag.lostMs()).toBe(0);
    lag.stop();
  });
});
