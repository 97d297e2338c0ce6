import { expect, test } from "vitest";
import { nearestCommands } from "./nearest-commands.ts";

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
