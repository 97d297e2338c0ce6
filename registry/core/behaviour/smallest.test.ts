import { create, toJson } from "@bufbuild/protobuf";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { smallest } from "./smallest.ts";

const message = create(DescriptorProtoSchema, {
  name: "Order",
  reservedName: ["old"],
  options: { deprecated: true, mapEntry: true },
});

it.each<[what: string, isGood: (json: object) => boolean, left: object]>([
  ["nothing", () => true, {}],
  ["one field", (json) => "name" in json, { name: "Order" }],
  ["a message", (json) => "options" in json, { options: {} }],
  [
    "a field of a message",
    (json) => (json as { options?: { mapEntry?: boolean } }).options?.mapEntry === true,
    { options: { mapEntry: true } },
  ],
])("smallest leaves %s where that is enough", (_, isGood, left) => {
  const jsonOf = (each: typeof message) => toJson(DescriptorProtoSchema, each) as object;
  const found = smallest(DescriptorProtoSchema, message, (each) =>
    isGood(jsonOf(each as typeof message)),
  );
  expect(jsonOf(found as typeof message)).toEqual(left);
});
