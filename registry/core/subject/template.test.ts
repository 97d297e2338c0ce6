import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { pattern } from "../testing/pattern.ts";
import { matchTemplate, parseTemplate } from "./template.ts";

describe("parseTemplate", () => {
  it("reads literals, words, the version, parameters and what may be left out", () => {
    const result = parseTemplate("<root>.svc[.<service>].<operation...>.v<major>[.{id}…].>");
    expect(result.ok && result.template.elements).toEqual([
      { kind: "root", name: "root", isOptional: false, mayRepeat: false },
      { kind: "literal", name: "svc", isOptional: false, mayRepeat: false },
      { kind: "word", name: "service", isOptional: true, mayRepeat: false },
      { kind: "word", name: "operation", isOptional: false, mayRepeat: true },
      { kind: "version", name: "v<major>", isOptional: false, mayRepeat: false },
      { kind: "parameter", name: "id", isOptional: true, mayRepeat: true },
      { kind: "any", name: ">", isOptional: false, mayRepeat: true },
    ]);
    expect(result.ok && result.template.text).toContain("<operation…>");
  });

  it.each([
    ["", 'from "" on'],
    [".", 'from "." on'],
    ["a..b", 'from "..b" on'],
    ["a.", 'from "." on'],
    ["a[.<b>", 'from "[.<b>" on'],
    ["a.<b>]", 'from ".<b>]" on'],
    ["a[.<b>.<c>]", 'from "[.<b>.<c>]" on'],
    ["a[.<b>[.<c>]]", 'from "[.<b>[.<c>]]" on'],
    ["[<a>.]b", 'from "[<a>.]b" on'],
    ["a.<B>", 'the token "<B>" is none; expected a literal, <root>'],
    ["a.b c", 'the token "b c"'],
    ["a.b*", 'the token "b*"'],
    ["a.{id", 'the token "{id"'],
    ["a.<b>…", 'the token "<b>…"'],
    ["a.{b…}", 'the token "{b…}"'],
    ["a.V<major>", 'the token "V<major>"'],
    ["$SRV.<x>", 'the token "$SRV"'],
    ["_INBOX.>", 'the token "_INBOX"'],
    [">", "must begin with a literal, <root> or a <word>"],
    ["*.a", "must begin with"],
    ["{id}.a", "must begin with"],
    ["v<major>.a", "must begin with"],
    ["a.<root>", "<root> stands at the beginning, and once"],
    ["<root…>.a", "<root> stands at the beginning, and once"],
    ["a.v<major>.v<major>", "twice"],
    ["a[.v<major>]", "write two grammars"],
    ["a.>.b", "> stands at the end only"],
    ["a".repeat(limits.grammarLength + 1), "at most 256"],
    [
      Array(limits.subjectTokens + 1)
        .fill("a")
        .join("."),
      "at most 32",
    ],
  ])("refuses %j and says %j", (text, reason) => {
    const result = parseTemplate(text);
    expect(result.ok ? null : result.reason).toContain(reason);
  });

  it("reads any text, or says why not", () => {
    const piece = fc.constantFrom("<a>", "v<major>", "{a}", "…", ".", "[", "]", "a", ">", "*", "<");
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((all) => all.join("")),
        (text) => {
          const result = parseTemplate(text);
          if (!result.ok) expect(result.reason).not.toBe("");
          else expect(result.template.text).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});

it("matchTemplate agrees with a regular expression of the same meaning", () => {
  const parsed = parseTemplate("a.<x…>[.b].v<major>[.{p}…]");
  if (!parsed.ok) throw new Error(parsed.reason);
  const same = /^a(\.[a-z]\w*)+(\.b)?\.v1(\.\{\w+\})*$/;
  const token = fc.constantFrom("a", "b", "c", "v1", "V", "{p}", "{q}");
  fc.assert(
    fc.property(fc.array(token, { minLength: 1, maxLength: 8 }), (tokens) => {
      const used = tokens.filter((each) => each.startsWith("{"));
      fc.pre(new Set(used).size === used.length);
      const { tokens: read } = pattern(tokens.join("."));
      const { fits } = matchTemplate(parsed.template.elements, read, "v1");
      expect(fits).toBe(same.test(tokens.join(".")));
    }),
    { numRuns: 2000 },
  );
});
