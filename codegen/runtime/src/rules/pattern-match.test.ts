import { RE2JS } from "@bufbuild/re2";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainPattern, matchesPattern } from "./pattern-match.ts";

/** What RE2 says, with null for what it does not take for a pattern. */
function judgeOf(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}

const classes = fc.array(
  fc.constantFrom("a", "z", "A", "0", "9", "_", "-", " ", "~", ".", "+", "@", "{", "|"),
  {
    minLength: 1,
    maxLength: 5,
  },
);
const repeats = fc.constantFrom("", "+", "*", "{0}", "{3}", "{1,}", "{0,2}", "{2,1}", "{1,128}");
const patterns = fc
  .array(fc.tuple(classes, repeats), { minLength: 1, maxLength: 3 })
  .map((atoms) => `^${atoms.map(([chars, repeat]) => `[${chars.join("")}]${repeat}`).join("")}$`);
const texts = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "z", "B", "5", "_", "-", ".", "\n", "é", "😀"),
    maxLength: 8,
  }),
  fc.constantFrom("a\n", "\ud800", "a".repeat(128), "a".repeat(129)),
);

describe("matchesPattern", () => {
  it("agrees with RE2 on every pattern that JavaScript matches", () => {
    let plain = 0;
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const judge = judgeOf(pattern);
        if (judge === null) {
          expect(() => matchesPattern(pattern, text)).toThrow();
          return;
        }
        if (isPlainPattern(pattern)) plain += 1;
        expect(matchesPattern(pattern, text)).toBe(judge.test(text));
      }),
      { numRuns: 3000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it.each([
    "^[A-Za-z0-9_=~@:+-]{1,128}$",
    "^[a-z][a-z0-9-]{0,63}$",
    "^[A-Z]{3}$",
    "^[A-Z]{2}[0-9]+$",
  ])("leaves %s to JavaScript", (pattern) => expect(isPlainPattern(pattern)).toBe(true));

  it.each([
    ["nested repeats", "^([a-z]+)+$"],
    ["two repeats side by side", "^[a-z]*[a-z]*[a-z]*$"],
    ["no anchors", "[a-z]+"],
    ["a negated class", "^[^a-z]+$"],
    ["an escape", "^[\\pL]+$"],
    ["a flag", "(?i)^[a-z]+$"],
    ["a POSIX class", "^[[:alpha:]]+$"],
  ])("leaves %s to RE2", (_what, pattern) => expect(isPlainPattern(pattern)).toBe(false));

  it("throws for what is no pattern", () => {
    expect(() => matchesPattern("^(a$", "a")).toThrow();
    expect(() => matchesPattern("^[z-a]$", "a")).toThrow();
  });
});
