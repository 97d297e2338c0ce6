import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { filePathProblem, isBuiltIn, isBuiltInPackage } from "./file-path.ts";

const folders = (count: number) => "a/".repeat(count);

describe("filePathProblem", () => {
  it.each([
    "npc.proto",
    "bodybroker/npc/v1/npc.proto",
    "A-b_9/1.x-y_z.proto",
    "a/b.proto.proto",
    `${folders(limits.pathDepth - 1)}b.proto`,
    `${"a".repeat(limits.pathLength - 6)}.proto`,
  ])("takes %s", (path) => {
    expect(filePathProblem(path)).toBeNull();
  });

  it.each([
    "",
    ".proto",
    "proto",
    "npc.txt",
    "npc.proto/",
    "npc.proto.txt",
    "NPC.PROTO",
    "/etc/npc.proto",
    "//npc.proto",
    "a//npc.proto",
    "./npc.proto",
    "a/./npc.proto",
    "../npc.proto",
    "a/../../npc.proto",
    "a/..proto",
    "a/b..proto",
    "...proto",
    "a/.git/npc.proto",
    "a.b/npc.proto",
    "a\\npc.proto",
    "a\\..\\npc.proto",
    "C:npc.proto",
    "C:/npc.proto",
    "-o.proto",
    "a/-o.proto",
    "--path/npc.proto",
    "@file.proto",
    "a/npc.proto\n",
    "a/npc.proto\u0000",
    "a\u0000/npc.proto",
    "a/npc .proto",
    "a/ñpc.proto",
    "a/%2e%2e/npc.proto",
    "a/$HOME.proto",
    "a/npc.proto#format=git",
    "https://a.b/npc.proto",
  ])("refuses %j and shows a good one", (path) => {
    expect(filePathProblem(path)).toContain("such as bodybroker/npc/v1/npc.proto");
  });

  it.each([
    [`${"a".repeat(limits.pathLength)}.proto`, "longer than 200 characters"],
    [`${folders(limits.pathDepth)}b.proto`, "more than 16 parts"],
  ])("refuses %s: %s", (path, reason) => {
    expect(filePathProblem(path)).toContain(reason);
  });
});

it.each([
  ["buf/validate/validate.proto", true],
  ["charter/nats/v1/binding.proto", true],
  ["google/protobuf/any.proto", true],
  ["charter/registry/v1/lookup.proto", false],
  ["google/type/date.proto", false],
  ["acme/buf/validate/validate.proto", false],
  ["buf/validated/a.proto", false],
])("isBuiltIn of %s is %s", (path, expected) => {
  expect(isBuiltIn(path)).toBe(expected);
});

it.each([
  ["buf.validate", true],
  ["charter.nats.v1", true],
  ["google.protobuf", true],
  ["google.protobuf.x", true],
  ["charter.registry.v1", false],
  ["google.protobuffer", false],
  ["acme.buf.validate", false],
])("isBuiltInPackage of %s is %s", (name, expected) => {
  expect(isBuiltInPackage(name)).toBe(expected);
});
