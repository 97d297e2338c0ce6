import { expect, it } from "vitest";
import { createKept, distanceOf } from "./nearest.ts";

it.each<[string, unknown, unknown, number]>([
  ["equal ones", { a: 1, b: ["x"] }, { a: 1, b: ["x"] }, 0],
  ["another number", { a: 1 }, { a: 2 }, 1],
  ["a missing field", { a: 1, b: 2 }, { a: 1 }, 1],
  ["two items more", { a: [] }, { a: ["x", "y"] }, 2],
  ["an object instead of a text", { a: "x" }, { a: { b: "x" } }, 2],
  ["a message and none", null, { a: 1 }, 2],
])("counts the leaves that differ: %s", (_, a, b, leaves) => {
  expect(distanceOf(a, b)[0]).toBe(leaves);
  expect(distanceOf(b, a)).toEqual(distanceOf(a, b));
});

it.each<[string, unknown, unknown, unknown]>([
  ["a number", { n: 4097 }, { n: 4096 }, { n: 4090 }],
  ["a number in text", { n: "4097" }, { n: "4096" }, { n: "1" }],
  ["a text", { s: "orders" }, { s: "order" }, { s: "x" }],
])("prefers the one that differs less in %s", (_, broken, near, far) => {
  for (const order of [
    [near, far],
    [far, near],
  ]) {
    const kept = createKept();
    for (const each of order) kept.add(() => each);
    expect(kept.nearestTo(broken)).toEqual(near);
  }
});

it("has none where nothing was kept, or nothing has a JSON form", () => {
  const kept = createKept();
  expect(kept.nearestTo({ a: 1 })).toBeNull();
  kept.add(() => null);
  expect(kept.nearestTo({ a: 1 })).toBeNull();
});

it("remembers the last ones only", () => {
  const kept = createKept();
  kept.add(() => ({ a: 1 }));
  for (let i = 0; i < 200; i++) kept.add(() => ({ a: 2, b: i }));
  expect(kept.nearestTo({ a: 1 })).toEqual({ a: 2, b: expect.any(Number) });
});
