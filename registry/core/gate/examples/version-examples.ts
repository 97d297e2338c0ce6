import { type ExampleRow, proto3, shopFile } from "./example.ts";

function order(field: string): string {
  return `message Order {\n  string id = 1;\n${field}}`;
}

function kind(value: string): string {
  return `enum Kind {\n  KIND_UNSPECIFIED = 0;\n${value}}`;
}

const secondFile = "acme/shop/v2/shop.proto";
const text = (version: string) =>
  `syntax = "proto3";\npackage acme.shop.${version};\n\nmessage Order {\n  string id = 1;\n}\n`;

/** What one comparison does not show: what was there earlier, and who still uses it. */
export const versionExamples: readonly ExampleRow[] = [
  [
    "FIELD_NUMBER_NO_REUSE",
    {
      earlier: proto3(order("  int32 count = 2;\n"), "").before,
      ...proto3(order(""), order("  string note = 2;\n")),
    },
  ],
  [
    "ENUM_VALUE_NUMBER_NO_REUSE",
    {
      earlier: proto3(kind("  KIND_BOOK = 1;\n"), "").before,
      ...proto3(kind(""), kind("  KIND_FOOD = 1;\n")),
      also: ["ENUM_VALUE_ADDED"],
    },
  ],
  [
    "PACKAGE_NO_DELETE_UNLESS_RETIRED",
    {
      before: { [shopFile]: text("v1"), [secondFile]: text("v2") },
      after: { [secondFile]: text("v2") },
      also: ["FILE_NO_DELETE"],
    },
  ],
];
