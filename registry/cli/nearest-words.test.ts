import { expect, test } from "vitest";
import { nearestCommands, nearestWords } from "./nearest-words.ts";

const commands = [
  "module check",
  "module push",
  "module list",
  "subject resolve",
  "subject list",
  "stubs list",
  "contract test",
  "mock",
  "explain",
];

test.each([
  [["check"], ["module check"]],
  [["resolv"], ["subject resolve"]],
  [["modul", "check"], ["module check"]],
  [["module", "chekc"], ["module check"]],
  [["list"], ["module list", "stubs list", "subject list"]],
  [["xyzzy"], []],
])("nearestCommands finds for %j the commands %j", (typed, expected) => {
  expect(nearestCommands(typed, commands)).toEqual(expected);
});

test("nearestWords gives the nearest first", () => {
  expect(nearestWords("FIELD_SAME_TYP", ["ENUM_SAME_TYPE", "FIELD_SAME_TYPE", "X"], 2)).toEqual([
    "FIELD_SAME_TYPE",
    "ENUM_SAME_TYPE",
  ]);
});
