import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearestPatterns } from "./nearest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["plan", "paln", 2],
    ["behavior", "behaviour", 1],
  ])("of %j and %j is %j", (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  it("is a distance: zero for equals, symmetric, and no detour is shorter", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe("nearestPatterns", () => {
  const known = [
    "ai.npc.behavior.plan.v1",
    "ai.npc.behavior.planned.v1.{npc_id}",
    "ai.model.infer.token.v1.{meta.request_id}",
    "ai.world.state.update.v1.{world_id}",
  ];

  it.each([
    ["ai.npc.behaviour.plan.v1", "ai.npc.behavior.plan.v1"],
    ["ai.npc.behavior.plan.v2", "ai.npc.behavior.plan.v1"],
    ["ai.world.state.updated.v1.w-1", "ai.world.state.update.v1.{world_id}"],
    // Any value fits a parameter, and a path in braces is one token.
    ["ai.model.infer.tokens.v1.r-99999999", "ai.model.infer.token.v1.{meta.request_id}"],
  ])("puts first what %s most resembles: %s", (subject, nearest) => {
    expect(nearestPatterns(subject, known)[0]).toBe(nearest);
  });

  it("gives at most as many as asked, and orders equals by name", () => {
    expect(nearestPatterns("a.x", ["a.c", "a.b", "a.d"], 2)).toEqual(["a.b", "a.c"]);
    expect(nearestPatterns("a.x", [], 2)).toEqual([]);
  });
});
