import { expect, test } from "vitest";
import { nearestWords } from "./nearest-words.ts";

test("nearestWords gives the nearest first", () => {
  expect(nearestWords("FIELD_SAME_TYP", ["ENUM_SAME_TYPE", "FIELD_SAME_TYPE", "X"], 2)).toEqual([
    "FIELD_SAME_TYPE",
    "ENUM_SAME_TYPE",
  ]);
});
