import { expect, it } from "vitest";
import { covers } from "./subject-filter.ts";

it.each([
  ["a.b", "a.b", true],
  ["a.*", "a.b", true],
  ["a.*", "a.*", true],
  ["a.>", "a.b.c", true],
  ["a.>", "a.*.>", true],
  [">", "a", true],
  ["a.b", "a.*", false],
  ["a.*", "a.>", false],
  ["a.>", "a", false],
  ["a.*", "a.b.c", false],
  ["a.*.c", "a.b", false],
  ["a.b", "a.c", false],
])("covers(%s, %s) is %s", (outer, inner, expected) => {
  expect(covers(outer, inner)).toBe(expected);
});
