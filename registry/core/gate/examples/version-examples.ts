import { bound, type ExampleRow, proto3, shopFile } from "./example.ts";

function order(field: string): string {
  return `message Order {\n  string id = 1;\n${field}}`;
}

function kind(value: string): string {
  return `enum Kind {\n  KIND_UNSPECIFIED = 0;\n${value}}`;
}

function shop(receipt: string): string {
  return `service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}

message Order {
  string id = 1;
}

message Receipt {
  string id = 1;
${receipt}}`;
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
  [
    "CONSUMER_USE_NO_BREAK",
    {
      ...bound(
        shop("  int64 price_cents = 2;\n"),
        shop('  reserved 2;\n  reserved "price_cents";\n'),
      ),
      use: {
        module: "acme/shop",
        semver: "1.0.0",
        subject: "acme.shop.buy.v1",
        kind: "request",
        reads: {
          message: "acme.shop.v1.Receipt",
          fields: [{ path: "price_cents", numbers: [2], type: "int64" }],
        },
        sends: { message: "acme.shop.v1.Order", fields: [] },
      },
    },
  ],
];
