import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, digestOf, revisionDigest } from "./digest.ts";

it("digestOf is the SHA-256 of the text in UTF-8", () => {
  expect(digestOf("")).toBe(
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  expect(digestOf("ü")).toBe(
    "sha256:607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f",
  );
});

describe("revisionDigest", () => {
  const file = fc.record({
    path: fc.stringMatching(/^[a-c]{1,2}(\/[a-c]{1,2})?\.proto$/),
    content: fc.string({ maxLength: 5 }),
  });
  const revision = fc.uniqueArray(file, { selector: (each) => each.path, maxLength: 6 });

  it("does not depend on the order of files, and leaves the files alone", () => {
    fc.assert(
      fc.property(
        revision.chain((files) =>
          fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
        ),
        ([files, shuffled]) => {
          const given = structuredClone(shuffled);
          expect(revisionDigest(shuffled)).toBe(revisionDigest(files));
          expect(shuffled).toEqual(given);
        },
      ),
    );
  });

  it("differs for other files", () => {
    const text = (files: readonly { path: string; content: string }[]) =>
      canonicalJson([...files].sort((a, b) => (a.path < b.path ? -1 : 1)));
    fc.assert(
      fc.property(revision, revision, (a, b) => {
        expect(revisionDigest(a) === revisionDigest(b)).toBe(text(a) === text(b));
      }),
    );
  });

  it("changes with a path, a text, and where one text ends and the next begins", () => {
    const digests = [
      [{ path: "a.proto", content: "x" }],
      [{ path: "b.proto", content: "x" }],
      [{ path: "a.proto", content: "x " }],
      [
        { path: "a.proto", content: "x" },
        { path: "b.proto", content: "" },
      ],
      [
        { path: "a.proto", content: "" },
        { path: "b.proto", content: "x" },
      ],
      [],
    ].map(revisionDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("canonicalJson", () => {
  it.each([
    [{ b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    [[{ b: 1, a: 2 }, 1], '[{"a":2,"b":1},1]'],
    [{ a: undefined, b: null }, '{"b":null}'],
    ["x", '"x"'],
  ])("of %j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it("gives equal text for equal values, whatever the order of their keys", () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (value === null || typeof value !== "object") return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, turned(inner)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
      }),
    );
  });
});
