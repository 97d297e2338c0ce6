import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { pattern } from "../testing/pattern.ts";
import { isSubject, overlaps, parsePattern, parseSubject, wildcardOf, within } from "./pattern.ts";

describe("parsePattern", () => {
  it("reads literals, parameters and paths, each one token", () => {
    expect(parsePattern("ai.W-1_x.{worldId}.{meta.request_id}")).toEqual({
      ok: true,
      pattern: {
        text: "ai.W-1_x.{worldId}.{meta.request_id}",
        tokens: [
          { kind: "literal", text: "ai" },
          { kind: "literal", text: "W-1_x" },
          { kind: "parameter", field: "worldId" },
          { kind: "parameter", field: "meta.request_id" },
        ],
      },
    });
  });

  it.each([
    ["", "it is empty"],
    [".", "empty token"],
    ["a..b", "empty token"],
    [".a", "empty token"],
    ["a.", "empty token"],
    ["a.*", '"*"'],
    ["a.>", '">"'],
    ["a.b*", '"b*"'],
    ["a b", '"a b"'],
    ["a.b\r\nPUB x 0", "letters, digits"],
    ["a.b\n", "letters, digits"],
    ["a.\u0000", "letters, digits"],
    ["a.ü", "letters, digits"],
    ["$SRV.PING", '"$SRV"'],
    ["a.{}", "must name a field"],
    ["a.{1d}", "must name a field"],
    ["a.{a b}", "must name a field"],
    ["a.{id.}", "must name a field"],
    ["a.{.id}", "must name a field"],
    ["a.{a..b}", "must name a field"],
    ["a.{id}}", "must name a field"],
    ["a.{{id}}", "must name a field"],
    ["a.{id", "{id"],
    ["a.id}", "id}"],
    ["a.}b.{c", "}b.{c"],
    ["a.x{id}", '"x{id}"'],
    ["a.{id}x", '"{id}x"'],
    ["a.{x}{y}", "must name a field"],
    ["a.{id}.b.{id}", "it has {id} twice"],
    [`a.${"b".repeat(65)}`, "letters, digits"],
    ["a".repeat(limits.subjectLength + 1), "513 characters, at most 512"],
    [
      Array(limits.subjectTokens + 1)
        .fill("a")
        .join("."),
      "33 tokens, at most 32",
    ],
  ])("refuses %j and says %j", (text, reason) => {
    const result = parsePattern(text);
    expect(result.ok ? null : result.reason).toContain(reason);
  });

  it("takes what is just within the limits", () => {
    expect(parsePattern(Array(limits.subjectTokens).fill("a").join(".")).ok).toBe(true);
    const words = Array(8).fill("b".repeat(63));
    expect(parsePattern(words.join(".")).ok).toBe(true);
  });

  it("reads any text, and what it reads is the text again", () => {
    const any = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom("a", ".", "{", "}", "*", " ", "_")).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(any, (text) => {
        const result = parsePattern(text);
        if (!result.ok) return;
        const tokens = result.pattern.tokens.map((token) =>
          token.kind === "literal" ? token.text : `{${token.field}}`,
        );
        expect(tokens.join(".")).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe("parseSubject", () => {
  it.each([
    ["ai.world.update.v1.world-42", ["ai", "world", "update", "v1", "world-42"]],
    ["a.Zz09_=~@:+-", ["a", "Zz09_=~@:+-"]],
    ["b".repeat(limits.parameterLength), ["b".repeat(limits.parameterLength)]],
  ])("reads %j", (text, tokens) => {
    expect(parseSubject(text)).toEqual({ ok: true, tokens });
  });

  it.each([
    ["", "1 to 512 characters"],
    ["a".repeat(513), "1 to 512 characters"],
    [Array(33).fill("a").join("."), "at most 32 tokens"],
    ["a..b", 'the token ""'],
    ["a.*", 'the token "*"'],
    ["a.>", 'the token ">"'],
    ["a.{id}", 'the token "{id}"'],
    ["a.b c", 'the token "b c"'],
    ["a.b\r\nPUB x 0", String.raw`"b\r\nPUB x 0"`],
    ["a.b\n", String.raw`"b\n"`],
    ["a.\u001b[31m", String.raw`"\u001b[31m"`],
    [`a.${"b".repeat(limits.parameterLength + 1)}`, "must be 1 to 128"],
  ])("refuses %j and says %j, with nothing that could change a terminal", (text, reason) => {
    const result = parseSubject(text);
    expect(result.ok ? null : result.reason).toContain(reason);
  });
});

describe("overlaps", () => {
  it.each([
    ["a.b", "a.b", true],
    ["a.b", "a.c", false],
    ["a.b", "a.{x}", true],
    ["{x}.b", "a.{y}", true],
    ["{x}.b", "a.{y}.c", false],
    ["a.{x}.c", "a.{y}.d", false],
    ["a.b", "a.b.c", false],
  ])("of %s and %s is %s, either way round", (a, b, expected) => {
    expect(overlaps(pattern(a), pattern(b))).toBe(expected);
    expect(overlaps(pattern(b), pattern(a))).toBe(expected);
  });
});

it("wildcardOf writes each parameter as one *", () => {
  expect(wildcardOf(pattern("ai.{region}.infer.{meta.request_id}"))).toBe("ai.*.infer.*");
});

describe("within", () => {
  it.each([
    ["ai.npc.plan.v1", "ai.npc.plan.v1", true],
    ["ai.npc.plan.v1", "ai.npc.>", true],
    ["ai.npc.plan.v1", ">", true],
    ["ai.npc", "ai.npc.>", false],
    ["ai.npc.plan", "ai.npc", false],
    ["ai.npc", "ai.npc.plan", false],
    ["ai.npc.plan", "ai.*.plan", true],
    ["ai.npc.plan", "*.*", false],
    ["ai.{id}.plan", "ai.*.plan", true],
    ["ai.{id}.plan", "ai.npc.plan", false],
    ["ai.{id}.plan", "ai.>", true],
    ["a.{meta.id}", "a.*", true],
  ])("of the pattern %s and the filter %s is %s", (text, filter, expected) => {
    expect(within(pattern(text), filter.split("."))).toBe(expected);
  });
});

describe("isSubject", () => {
  it("agrees with parseSubject, whatever the text", () => {
    const piece = fc.constantFrom(
      "a",
      "Z-9",
      "_=~@:+",
      ".",
      "..",
      "*",
      ">",
      " ",
      "\n",
      "{a}",
      "é",
      "",
    );
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      fc.nat(40).map((count) => Array(count).fill("a").join(".")),
      fc.nat(140).map((length) => `a.${"b".repeat(length)}`),
      fc.nat(5).map((count) => Array(count).fill("c".repeat(120)).join(".")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(isSubject(text)).toBe(parseSubject(text).ok);
      }),
      { numRuns: 2000 },
    );
  });
});
