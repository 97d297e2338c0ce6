import { create, createFileRegistry, type DescFile } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { packageEntries } from "./package-layout.ts";

function filesOf(packages: readonly string[]): DescFile[] {
  const file = packages.map((name, i) => ({
    name: `f${i}.proto`,
    package: name,
    syntax: "proto3",
  }));
  return [...createFileRegistry(create(FileDescriptorSetSchema, { file })).files];
}

it.each([
  ["bodybroker/npc", ["bodybroker.npc.v1", "bodybroker.npc.v2"], ["v1", "v2"]],
  ["bodybroker/npc", ["bodybroker.npc.lines.v1"], ["lines/v1"]],
  ["bodybroker/common", ["bodybroker.audit.v1", "bodybroker.common.v1"], ["audit/v1", "v1"]],
  ["bodybroker/npc", ["bodybroker.npcs.v1"], ["npcs/v1"]],
  ["bodybroker/npc", ["vendor.lines.v1"], ["vendor/lines/v1"]],
  ["bodybroker/npc", ["bodybroker.npc"], ["npc"]],
  ["bodybroker/npc", [""], ["unnamed"]],
  ["body-broker/npc-ai", ["body_broker.npc_ai.v1"], ["v1"]],
  // Both would be v1; the module's own package has it.
  ["bodybroker/npc", ["bodybroker.npc.v1", "bodybroker.v1"], ["v1", "bodybroker/v1"]],
])("packageEntries of %s gives %j the subpaths %j", (module, packages, subpaths) => {
  const entries = packageEntries(module, filesOf(packages));
  const byPackage = new Map(entries.map((entry) => [entry.protoPackage, entry.subpath]));
  expect(packages.map((name) => byPackage.get(name))).toEqual(subpaths);
});

it("packageEntries puts the files of one proto package together", () => {
  const [entry] = packageEntries("a/b", filesOf(["a.b.v1", "a.b.v1"]));
  expect(entry?.files.map((file) => file.name)).toEqual(["f0", "f1"]);
});
