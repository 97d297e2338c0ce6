import { expect, it } from "vitest";
import { limits } from "../limits.ts";
import { textOfJson } from "./counter-example.ts";

it("textOfJson shows what fits whole, and shortens long values, lists and objects of what does not", () => {
  const fitting = { text: "a".repeat(limits.counterExampleLength - '{"text":""}'.length) };
  expect(textOfJson(fitting)).toBe(JSON.stringify(fitting));
  const tooLong = {
    text: `${fitting.text}a`,
    tags: ["a", "b", "c", "d"],
    few: ["a", "b", "c"],
    count: 3,
  };
  expect(JSON.parse(textOfJson(tooLong))).toEqual({
    text: `${"a".repeat(40)}… (${tooLong.text.length} characters)`,
    tags: ["a", "b", "c", "… (4 items)"],
    few: ["a", "b", "c"],
    count: 3,
  });
  const keys = Array.from({ length: limits.counterExampleFields + 1 }, (_, i) => [`k${i}`, 0]);
  const many = { labels: Object.fromEntries(keys), text: tooLong.text };
  expect(JSON.parse(textOfJson(many)).labels).toEqual({ k0: 0, k1: 0, k2: 0, "…": "(51 keys)" });
});
