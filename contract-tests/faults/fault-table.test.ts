import { describe, expect, it } from "vitest";
import { faultTable, type TriedFault } from "./fault-table.ts";

const tried = {
  row: { law: "R2", fault: "answers 500 above 4096" },
  correct: { verdict: "pass", unproven: [] },
  faulty: {
    verdict: "fail",
    failed: ["R2"],
    seconds: 1.234,
    smallest: '{"count":4097}, after 17 steps',
  },
} satisfies TriedFault;

describe("faultTable", () => {
  it("shows of each fault the laws that failed, the smallest case and the time", () => {
    expect(faultTable([tried], ["R2"])).toEqual({
      isRight: true,
      text: [
        "R2   a service that answers 500 above 4096",
        "     without the fault  pass",
        "     with it            R2 failed, after 1.2 s",
        '     smallest case      {"count":4097}, after 17 steps',
        "",
        "1 of 1 faults were found by their law and by no other.",
        "",
      ].join("\n"),
    });
  });

  it.each([
    ["another law fails, too", { faulty: { ...tried.faulty, failed: ["R2", "R4"] } }],
    ["its law does not fail", { faulty: { ...tried.faulty, verdict: "flaky" as const } }],
    ["the correct service does not pass", { correct: { ...tried.correct, verdict: "skipped" } }],
    ["a law says nothing", { correct: { ...tried.correct, unproven: ["R3 inconclusive: why"] } }],
  ])("is not right where %s", (_what, change) => {
    const { text, isRight } = faultTable([{ ...tried, ...change } as TriedFault], ["R2"]);
    expect(isRight).toBe(false);
    expect(text).toContain("0 of 1 faults");
  });

  it("says who has the fault, where it is no service", () => {
    const row = { law: "C1", who: "client", fault: "takes whatever comes" };
    const { text } = faultTable([{ ...tried, row }], ["C1"]);
    expect(text).toMatch(/^C1 {3}a client that takes whatever comes\n/);
  });

  it("names laws without a fault", () => {
    const { text, isRight } = faultTable([tried], ["R2", "R3"]);
    expect(isRight).toBe(false);
    expect(text).toContain("; no fault for R3.");
  });
});
