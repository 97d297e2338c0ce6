import { expect, test } from "vitest";
import { filtersMeet } from "./filters-meet.ts";

test.each([
  ["a.b", "a.b", true],
  ["a.*", "a.b", true],
  ["a.*.c", "a.b.*", true],
  ["a.>", "a.b.c", true],
  [">", "a", true],
  ["a.b", "a.c", false],
  ["a.>", "a", false],
  ["a.*", "a.b.c", false],
])("filtersMeet(%s, %s) is %s, both ways", (a, b, expected) => {
  expect(filtersMeet(a, b)).toBe(expected);
  expect(filtersMeet(b, a)).toBe(expected);
});
