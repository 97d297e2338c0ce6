import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Level, RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { RangContract } from "../../testing/lab.ts";
import { compilePattern, disagreement, filterOf, subjectOf } from "./subject-pattern.ts";

const pattern = RangContract.subject;

function rang(room: string, doorId = "d1") {
  return create(RangSchema, {
    room,
    level: Level.HIGH,
    meta: { count: -3n },
    place: { case: "doorId", value: doorId },
  });
}

describe("subjectOf", () => {
  it("writes strings, enum names, integers, paths and oneof members into the pattern", () => {
    expect(subjectOf(pattern, rang("r~1"))).toBe("lab.rang.v1.r~1.LEVEL_HIGH.-3.d1");
  });

  it.each([
    ["", "is empty"],
    ["a.b", "has a dot"],
    ["*", "has a wildcard"],
    [">", "has a wildcard"],
    ["a b", "has white space"],
    ["a\r\nPUB x 0", "has white space"],
    ["ä", "has another character"],
    ["\u0000", "has another character"],
    ["x".repeat(129), "has 129 characters"],
  ])("refuses %j, names the parameter and the class, and not the value", (value, reason) => {
    expect(() => subjectOf(pattern, rang(value))).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringMatching(new RegExp(`\\{room\\} of lab\\.rang\\..*${reason}$`)),
      }),
    );
  });

  it.each([
    ["a message on the path", create(RangSchema, { room: "r", place: rang("r").place })],
    [
      "a member of a oneof",
      create(RangSchema, { room: "r", meta: {}, place: { case: "windowId", value: "w" } }),
    ],
    ["a name for an enum number", create(RangSchema, { ...rang("r"), level: 77 as Level })],
  ])("refuses a message without %s", (_, message) => {
    expect(() => subjectOf(pattern, message)).toThrow(
      "is not set, or an enum number without a name",
    );
  });

  it("lets no text add or remove a token, or make a wildcard", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (room) => {
        try {
          const tokens = subjectOf(pattern, rang(room)).split(".");
          expect(tokens).toEqual(["lab", "rang", "v1", room, "LEVEL_HIGH", "-3", "d1"]);
          expect(room).toMatch(/^[A-Za-z0-9_=~@:+-]{1,128}$/);
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_argument" });
        }
      }),
    );
  });
});

describe("filterOf", () => {
  it("makes a wildcard of what is absent", () => {
    expect(filterOf(pattern, {})).toBe("lab.rang.v1.*.*.*.*");
    expect(filterOf(pattern, { room: undefined, level: Level.HIGH, "meta.count": 0n })).toBe(
      "lab.rang.v1.*.LEVEL_HIGH.0.*",
    );
  });

  it("refuses a wildcard as a value", () => {
    expect(() => filterOf(pattern, { room: "*" })).toThrow("has a wildcard");
  });
});

describe("disagreement", () => {
  it("is null for the message's own subject", () => {
    expect(disagreement(pattern, subjectOf(pattern, rang("r1")), rang("r1"))).toBeNull();
  });

  it.each([
    ["lab.rang.v1.r2.LEVEL_HIGH.-3.d1", "room"],
    ["lab.rang.v1.r1.LEVEL_UNSPECIFIED.-3.d1", "level"],
    ["lab.rang.v1.r1.LEVEL_HIGH.3.d1", "meta.count"],
    ["lab.rang.v1.r1.LEVEL_HIGH.-3", "door_id"],
  ])("finds the parameter of %s that is not the message's", (subject, field) => {
    expect(disagreement(pattern, subject, rang("r1"))?.field).toBe(field);
  });
});

describe("compilePattern", () => {
  it("refuses a field that the message does not have", () => {
    expect(() => compilePattern(RangSchema, "lab.{meta.room}")).toThrow("no field meta.room");
  });
});
