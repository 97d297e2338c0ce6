import { describe, expect, it } from "vitest";
import { limits } from "./limits.ts";
import { moduleNameOfBuf, packageNameOf, parseModuleName } from "./module-name.ts";

const longest = "a".repeat(limits.moduleNamePartLength);

describe("parseModuleName", () => {
  it.each([
    ["bodybroker/npc", "bodybroker", "npc"],
    ["body-broker/npc-v2-x", "body-broker", "npc-v2-x"],
    ["a/b", "a", "b"],
    [`${longest}/${longest}`, longest, longest],
  ])("reads %s", (text, owner, name) => {
    expect(parseModuleName(text)).toEqual({ owner, name });
  });

  it.each([
    "",
    "/",
    "a",
    "a/",
    "/b",
    "a/b/c",
    "a//b",
    "A/b",
    "a/B",
    "1a/b",
    "a/1b",
    "-a/b",
    "a-/b",
    "a--b/c",
    "a/b-",
    "a_b/c",
    "a.b/c",
    "../b",
    "a/..",
    "a b/c",
    "a/b\n",
    "@a/b",
    "a/ü",
    `${longest}a/b`,
  ])("refuses %j", (text) => {
    expect(parseModuleName(text)).toBeNull();
  });
});

describe("moduleNameOfBuf", () => {
  it.each([
    ["charter.localhost/bodybroker/npc", "bodybroker/npc"],
    ["buf.build/acme/shop", "acme/shop"],
    ["bodybroker/npc", null],
    ["/bodybroker/npc", null],
    ["a/b/c/d", null],
    ["charter.localhost/Body/npc", null],
    ["npc", null],
    ["", null],
  ])("of %j is %j", (name, expected) => {
    expect(moduleNameOfBuf(name)).toBe(expected);
  });
});

it("packageNameOf puts a module into its owner's npm scope", () => {
  expect(packageNameOf("bodybroker/npc")).toBe("@bodybroker/npc");
});
