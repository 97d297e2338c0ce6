import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plain, safeForTerminal, styleFor } from "./style.ts";

const terminal = { isTTY: true };
const pipe = {};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test.each([
  ["a terminal", terminal, {}, true],
  ["a pipe", pipe, {}, false],
  ["a terminal with NO_COLOR", terminal, { NO_COLOR: "1" }, false],
  ["a terminal with an empty NO_COLOR", terminal, { NO_COLOR: "" }, true],
  ["a pipe with FORCE_COLOR", pipe, { FORCE_COLOR: "1" }, true],
  ["NO_COLOR over FORCE_COLOR", terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
])("styleFor colors for %s: %#", (_, stream, env, colors) => {
  const text = styleFor(stream, env)("red", "x");
  expect(text === "x").toBe(!colors);
  expect(stripVTControlCharacters(text)).toBe("x");
});

const color = styleFor(terminal, {});

test("safeForTerminal lets looks, line breaks and tabs through", () => {
  const text = `${color("red", "a")}\n\t${color("bold", "b")}`;
  expect(safeForTerminal(text, color)).toBe(text);
});

test.each([
  ["clears the screen", "\u001b[2J"],
  ["sets the title", "\u001b]0;x\u0007"],
  ["goes back in the line", "a\rb"],
  ["deletes a letter", "a\bb"],
  ["is an 8-bit control sequence", "\u009b2J"],
  ["turns its direction around", "a\u202eb"],
])("safeForTerminal defuses a text that %s", (_, text) => {
  for (const style of [plain, color]) {
    expect(safeForTerminal(text, style)).not.toMatch(steering);
  }
});

test("safeForTerminal without colors leaves no control character, and no other text changes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const safe = safeForTerminal(text, plain);
      expect(safe.length).toBe(text.length);
      expect(safe).not.toMatch(steering);
      if (/^[\x20-\x7e\n\t]*$/.test(text)) expect(safe).toBe(text);
    }),
  );
});
