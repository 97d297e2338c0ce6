import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pattern } from "../testing/pattern.ts";
import { overlaps } from "./pattern.ts";
import { buildPatternTable } from "./pattern-table.ts";

function table(...texts: string[]) {
  return buildPatternTable(texts.map((text) => ({ pattern: pattern(text), value: text })));
}

describe("buildPatternTable", () => {
  const estate = table(
    "ai.npc.plan.v1",
    "ai.world.update.v1.{world_id}",
    "ai.infer.token.v1.{meta.request_id}",
    "{region}.status.{node}.v1",
    "{a}.{b}.{c}",
  );

  it.each([
    ["ai.npc.plan.v1", "ai.npc.plan.v1"],
    ["ai.world.update.v1.world-42", "ai.world.update.v1.{world_id}"],
    ["ai.infer.token.v1.r1", "ai.infer.token.v1.{meta.request_id}"],
    ["eu.status.n7.v1", "{region}.status.{node}.v1"],
    ["x.y.z", "{a}.{b}.{c}"],
    ["ai.npc.plan", "{a}.{b}.{c}"],
    ["ai.npc.plan.v2", null],
    ["ai.npc.plan.v1.more", null],
    ["ai.world.update.v1", null],
    ["eu.state.n7.v1", null],
    ["eu.status.n7 v1.x", null],
    ["ai", null],
    ["", null],
  ])("match gives the pattern of %j: %j", (subject, found) => {
    expect(estate.match(subject)).toBe(found);
  });

  it("match prefers the pattern with more literals where patterns overlap", () => {
    expect(table("a.{x}", "a.b").match("a.b")).toBe("a.b");
  });

  it("match agrees with a comparison with every pattern", () => {
    const token = fc.constantFrom("a", "b", "c");
    const texts = fc.array(
      fc
        .array(
          fc.oneof({ weight: 2, arbitrary: token }, { weight: 1, arbitrary: fc.constant("{p}") }),
          {
            minLength: 1,
            maxLength: 5,
          },
        )
        .map((tokens) => tokens.map((token, i) => token.replace("p", `p${i}`)).join(".")),
      { maxLength: 30 },
    );
    const subjects = fc.array(token, { minLength: 1, maxLength: 5 }).map((each) => each.join("."));
    fc.assert(
      fc.property(texts, subjects, (candidates, subject) => {
        const apart = withoutOverlaps(candidates);
        const found = apart.find((text) => overlaps(pattern(text), pattern(subject))) ?? null;
        expect(table(...apart).match(subject)).toBe(found);
      }),
      { numRuns: 500 },
    );
  });
});

function withoutOverlaps(texts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const text of texts) {
    if (kept.every((other) => !overlaps(pattern(text), pattern(other)))) kept.push(text);
  }
  return kept;
}
