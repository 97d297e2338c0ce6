import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { bakeryContract } from "../faults/bakery-contract.ts";
import { type ContractUnderTest, linkSchema, messageType, type OtherRelease } from "./contract.ts";
import { releasesOfType } from "./releases.ts";

let contract: ContractUnderTest;
let older: OtherRelease;
let newer: OtherRelease;

beforeAll(async () => {
  contract = await bakeryContract("1.1.0", { "1.0.0": "older", "1.2.0": "newer" });
  [older, newer] = contract.others as [OtherRelease, OtherRelease];
});

describe("releasesOfType", () => {
  it("takes releases with one form of the type for one, and leaves out those that have the own", () => {
    const current = messageType(linkSchema(contract.descriptors), "bakery.v1.OrderRequest");
    const patch = { ...older, semver: "1.0.1" };
    const own = { ...older, semver: "1.0.9", descriptors: contract.descriptors };
    const found = releasesOfType([older, patch, own, newer], current, 0n);
    expect(found.forms.map((each) => each.semvers)).toEqual([["1.0.0", "1.0.1"], ["1.2.0"]]);
    expect(found.forms[0]?.desc.fields.map((field) => field.name)).toContain("coupon");
    expect(found).toMatchObject({ same: ["1.0.9"], absent: [] });
  });

  it("compares a type with all that it holds, and no other", () => {
    const response = messageType(linkSchema(contract.descriptors), "bakery.v1.OrderResponse");
    expect(releasesOfType([older, newer], response, 0n)).toEqual({
      forms: [],
      same: ["1.0.0", "1.2.0"],
      absent: [],
    });
  });

  it("takes a type for another one when only an enum or a message within it is", () => {
    const changed = (name: string) => {
      const set = fromBinary(FileDescriptorSetSchema, contract.descriptors);
      const file = set.file.find((each) => each.package === "bakery.v1");
      for (const each of [...(file?.enumType ?? []), ...(file?.messageType ?? [])]) {
        if (each.name === name) each.reservedName.push("former");
      }
      const semver = `1.0.0-${name.toLowerCase()}`;
      return { ...older, semver, descriptors: toBinary(FileDescriptorSetSchema, set) };
    };
    const current = messageType(linkSchema(contract.descriptors), "bakery.v1.OrderRequest");
    const all = ["Crust", "Address", "OrderResponse"].map(changed);
    const { forms, same } = releasesOfType(all, current, 0n);
    expect(forms.map((each) => each.semvers)).toEqual([["1.0.0-crust"], ["1.0.0-address"]]);
    expect(same).toEqual(["1.0.0-orderresponse"]);
  });

  it("names the releases that do not have the type", () => {
    const timestamp = messageType(linkSchema(contract.descriptors), "google.protobuf.Timestamp");
    const alien = { ...timestamp, typeName: "bakery.v1.Cake" };
    expect(releasesOfType([older], alien, 0n)).toEqual({ forms: [], same: [], absent: ["1.0.0"] });
  });
});
