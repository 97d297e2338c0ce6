import { describe, expect, it } from "vitest";
import { Level } from "../../testing/gen/lab/v1/lab_pb.js";
import { LabContract, RangContract } from "../../testing/lab.ts";
import { eventFilter, eventSubject, requestSubject } from "./subjects.ts";

describe("the subject of", () => {
  it("an event is filled from typed parameters, with wildcards for the rest", () => {
    expect(eventFilter(RangContract, { room: "r1", level: Level.HIGH })).toBe(
      "lab.rang.v1.r1.LEVEL_HIGH.*.*",
    );
    expect(eventFilter(RangContract, {})).toBe("lab.rang.v1.*.*.*.*");
    expect(() => eventFilter(RangContract, { room: ">" })).toThrow("has a wildcard");
    // @ts-expect-error a parameter that the subject does not have
    expect(eventFilter(RangContract, { floor: 1 })).toBe("lab.rang.v1.*.*.*.*");
  });

  it("an event or a request is filled from its fields", () => {
    const place = { case: "doorId", value: "d1" } as const;
    const event = { room: "r1", level: Level.HIGH, meta: { count: 7n }, place };
    expect(eventSubject(RangContract, event)).toBe("lab.rang.v1.r1.LEVEL_HIGH.7.d1");
    const { echo } = LabContract.methods;
    expect(requestSubject(echo, { room: "r1" })).toBe("lab.echo.request.v1.r1");
    expect(() => requestSubject(echo, { room: "a.b" })).toThrow("has a dot");
  });
});
