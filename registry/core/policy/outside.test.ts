import { expect, it } from "vitest";
import { isSamePolicy, wholePolicy } from "./canonical.ts";
import { headsOutside } from "./outside.ts";
import { defaultPolicy } from "./policy.ts";

it("headsOutside names each head once, with the subjects that do not fit and why", () => {
  const of = (module: string, pattern: string) => ({
    module,
    semver: "1.0.0",
    protoPackage: "acme.shop.v1",
    pattern,
  });
  const subjects = [
    of("acme/shop", "acme.shop.buy.v1"),
    of("acme/shop", "svc.shop.v1.buy"),
    of("acme/shop", "svc.shop.v1.sell"),
    of("acme/stock", "acme.stock.level.v1"),
  ];
  expect(headsOutside(defaultPolicy, subjects)).toEqual([
    {
      module: "acme/shop",
      semver: "1.0.0",
      subjects: [
        { pattern: "svc.shop.v1.buy", reason: expect.stringContaining('have the root "acme"') },
        { pattern: "svc.shop.v1.sell", reason: expect.stringContaining('have the root "acme"') },
      ],
    },
  ]);
  const svc = { ...defaultPolicy, subjects: { "*": { grammars: ["svc.<x>.v<major>.<y>"] } } };
  expect(headsOutside(svc, subjects).map((head) => head.subjects.length)).toEqual([1, 1]);
});

it("isSamePolicy leaves the order of keys aside, but not the order in which owners decide", () => {
  const subjects = { a: { roots: ["a"] }, b: { grammars: ["b.<x>"], unversioned: 1 } };
  const one = { ...defaultPolicy, subjects, owners: { "a/*": ["x"], "*": ["y"] } };
  const { b, a } = subjects;
  const mixed = { unversioned: 1, grammars: b.grammars };
  expect(isSamePolicy(one, { ...one, subjects: { b: mixed, a } })).toBe(true);
  expect(isSamePolicy(one, { ...one, subjects: { a } })).toBe(false);
  expect(isSamePolicy(one, { ...one, owners: { "*": ["y"], "a/*": ["x"] } })).toBe(false);
  const [first, second] = defaultPolicy.rules;
  if (first === undefined || second === undefined) throw new Error("the built-in policy has two");
  expect(isSamePolicy(one, { ...one, rules: [second, first] })).toBe(false);
});

it("wholePolicy adds what the built-in policy decides", () => {
  const rule = { modules: "acme/*", block: [] };
  const catchAll = { modules: "*", block: [] };
  const empty = { rules: [], subjects: {}, owners: {} };
  expect(wholePolicy(empty)).toEqual(defaultPolicy);
  expect(wholePolicy({ ...empty, rules: [rule] }).rules).toEqual([rule, ...defaultPolicy.rules]);
  expect(wholePolicy({ ...empty, rules: [rule, catchAll] }).rules).toEqual([rule, catchAll]);
  expect(wholePolicy({ ...empty, subjects: { "*": { unversioned: 1 } } }).subjects).toEqual({
    "*": { ...defaultPolicy.subjects["*"], unversioned: 1 },
  });
});
