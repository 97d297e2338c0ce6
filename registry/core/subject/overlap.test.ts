import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pattern } from "../testing/pattern.ts";
import { findOverlaps } from "./overlap.ts";
import { overlaps } from "./pattern.ts";

const claim = (text: string) => ({ text, pattern: pattern(text) });

function found(added: readonly string[], existing: readonly string[] = []): string[] {
  return findOverlaps(added.map(claim), existing.map(claim)).map(
    ({ one, other }) => `${one.text} | ${other.text}`,
  );
}

describe("findOverlaps", () => {
  it.each<[string, string[], string[], string[]]>([
    ["a pattern and itself", ["ai.a.b.v1"], ["ai.a.b.v1"], ["ai.a.b.v1 | ai.a.b.v1"]],
    ["other names of a parameter", ["a.{x}"], ["a.{y}"], ["a.{x} | a.{y}"]],
    ["a literal under a parameter", ["a.b"], ["a.{x}"], ["a.b | a.{x}"]],
    ["parameters at other places", ["{x}.b"], ["a.{y}"], ["{x}.b | a.{y}"]],
    ["only parameters", ["{x}.{y}"], ["a.b"], ["{x}.{y} | a.b"]],
    ["two of one proposal once", ["a.b", "a.{x}"], [], ["a.{x} | a.b"]],
    ["nothing among those that were there", ["c.d"], ["a.b", "a.{x}"], []],
    ["nothing of another length", ["a.b"], ["a.{x}.{y}", "a"], []],
    ["nothing with another literal", ["a.{x}.c"], ["a.{x}.d"], []],
    // Joined without their places, the literals of both would be "a.b".
    ["nothing with the same literals elsewhere", ["a.b.{x}.c"], ["a.{x}.b.d"], []],
  ])("finds %s", (_what, added, existing, pairs) => {
    expect(found(added, existing)).toEqual(pairs);
  });

  const text = fc
    .array(fc.constantFrom("a", "b", "{p}"), { minLength: 1, maxLength: 4 })
    .map((tokens) => tokens.map((token, i) => token.replace("p", `p${i}`)).join("."));
  const texts = fc.uniqueArray(text, { maxLength: 20 });

  it("finds exactly the pairs that a comparison of all with all finds, each once", () => {
    fc.assert(
      fc.property(texts, texts, (added, existing) => {
        const expected = added.flatMap((one, i) =>
          [...existing, ...added.slice(0, i)]
            .filter((other) => overlaps(pattern(one), pattern(other)))
            .map((other) => `${one} | ${other}`),
        );
        expect(found(added, existing).sort()).toEqual(expected.sort());
      }),
    );
  });

  it("is symmetric: who was there first does not matter", () => {
    fc.assert(
      fc.property(texts, texts, (some, others) => {
        const unordered = (pairs: string[]) =>
          pairs.map((pair) => pair.split(" | ").sort().join(" | ")).sort();
        const between = (a: string[], b: string[]) =>
          unordered(a.flatMap((each) => found([each], b)));
        expect(between(some, others)).toEqual(between(others, some));
      }),
    );
  });

  it("finds the one overlap among 40,000 subjects with one beginning", () => {
    const many = Array.from({ length: 40_000 }, (_, i) => `ai.npc.behavior.op${i}.v1.{id}`);
    expect(found([...many, "ai.npc.behavior.op7.v1.{other}"])).toEqual([
      "ai.npc.behavior.op7.v1.{other} | ai.npc.behavior.op7.v1.{id}",
    ]);
  });
});
