import { expect, it } from "vitest";
import { literalsOf } from "./literals.ts";

it.each([
  ["this.a < 50", [50, 51, 49], []],
  ["this.rate <= 0.5", [0.5, 1.5, -0.5], []],
  ["this.a1 == 'x2' || this.a1 == \"y\"", [], ["x2", "y"]],
  ["size(this.name) > 3u", [3, 4, 2], []],
])("literalsOf finds the numbers and texts of %s", (expression, numbers, texts) => {
  expect(literalsOf([expression])).toEqual({ numbers, texts });
});
