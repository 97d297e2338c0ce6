import { type ExampleRow, edition, proto2, proto3, shopFile } from "./example.ts";

function kind(values: string): string {
  return `enum Kind {\n  KIND_UNSPECIFIED = 0;\n  KIND_BOOK = 1;\n${values}}`;
}

function shop(rpc: string): string {
  return `service Shop {\n  ${rpc}\n}\n\nmessage Order {}\n\nmessage Receipt {}\n\nmessage Refund {}`;
}

const buy = "rpc Buy(Order) returns (Receipt);";

/** What stays, and another type that went. */
function withAndWithout(gone: string) {
  const rest =
    "message Order {}\n\nservice Shop {\n  rpc Buy(Order) returns (Order);\n}\n\nenum State {\n  STATE_UNSPECIFIED = 0;\n}";
  return proto3(`${rest}\n\n${gone}`, rest);
}

const typesFile = "acme/shop/v1/types.proto";
const head = 'syntax = "proto3";\npackage acme.shop.v1;\n';

/** A declaration that moves from one file of a package to another. */
function moved(declaration: string, fileHead = head, rest = "message Order {}\n") {
  return {
    before: {
      [shopFile]: `${fileHead}\n${rest}`,
      [typesFile]: `${fileHead}\n${declaration}\n\nmessage Tax {}\n`,
    },
    after: {
      [shopFile]: `${fileHead}\n${rest}\n${declaration}\n`,
      [typesFile]: `${fileHead}\nmessage Tax {}\n`,
    },
  };
}

const proto2Head = 'syntax = "proto2";\npackage acme.shop.v1;\n';
const extensible = "message Order {\n  extensions 100 to 199;\n}\n";

export const typeExamples: readonly ExampleRow[] = [
  ["ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", proto3(kind("  KIND_FOOD = 2;\n"), kind(""))],
  [
    "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
    proto3(kind("  KIND_FOOD = 2;\n"), kind("  reserved 2;\n")),
  ],
  [
    "ENUM_VALUE_NO_DELETE",
    proto3(kind("  KIND_FOOD = 2;\n"), kind('  reserved 2;\n  reserved "KIND_FOOD";\n')),
  ],
  ["ENUM_VALUE_SAME_NAME", proto3(kind("  KIND_FOOD = 2;\n"), kind("  KIND_MEAL = 2;\n"))],
  ["ENUM_VALUE_ADDED", proto3(kind(""), kind("  KIND_FOOD = 2;\n"))],
  [
    "ONEOF_MEMBER_ADDED",
    proto3(
      "message Order {\n  oneof pay {\n    string card = 1;\n  }\n}",
      "message Order {\n  oneof pay {\n    string card = 1;\n    string voucher = 2;\n  }\n}",
    ),
  ],
  [
    "ENUM_SAME_TYPE",
    edition(kind(""), kind("").replace("{\n", "{\n  option features.enum_type = CLOSED;\n")),
  ],
  [
    "ENUM_SAME_JSON_FORMAT",
    edition(
      kind(""),
      kind("").replace("{\n", "{\n  option features.json_format = LEGACY_BEST_EFFORT;\n"),
    ),
  ],
  [
    "MESSAGE_SAME_JSON_FORMAT",
    edition(
      "message Order {\n  string id = 1;\n}",
      "message Order {\n  option features.json_format = LEGACY_BEST_EFFORT;\n  string id = 1;\n}",
    ),
  ],
  [
    "MESSAGE_SAME_REQUIRED_FIELDS",
    proto2(
      "message Order {\n  required string id = 1;\n}",
      "message Order {\n  required string id = 1;\n  required string shop = 2;\n}",
    ),
  ],
  [
    "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR",
    proto3(
      "message Order {\n  string id = 1;\n}",
      "message Order {\n  option no_standard_descriptor_accessor = true;\n  string id = 1;\n}",
    ),
  ],
  [
    "RESERVED_MESSAGE_NO_DELETE",
    proto3(
      "message Order {\n  reserved 2, 3;\n  string id = 1;\n}",
      "message Order {\n  reserved 2;\n  string id = 1;\n}",
    ),
  ],
  ["RESERVED_ENUM_NO_DELETE", proto3(kind("  reserved 2, 3;\n"), kind("  reserved 2;\n"))],
  [
    "EXTENSION_MESSAGE_NO_DELETE",
    proto2(extensible, "message Order {\n  extensions 100 to 149;\n}\n"),
  ],
  ["RPC_NO_DELETE", proto3(shop(`${buy}\n  rpc Ask(Order) returns (Receipt);`), shop(buy))],
  ["RPC_SAME_REQUEST_TYPE", proto3(shop(buy), shop("rpc Buy(Refund) returns (Receipt);"))],
  ["RPC_SAME_RESPONSE_TYPE", proto3(shop(buy), shop("rpc Buy(Order) returns (Refund);"))],
  [
    "RPC_SAME_CLIENT_STREAMING",
    proto3(shop(buy), shop("rpc Buy(stream Order) returns (Receipt);")),
  ],
  [
    "RPC_SAME_SERVER_STREAMING",
    proto3(shop(buy), shop("rpc Buy(Order) returns (stream Receipt);")),
  ],
  [
    "RPC_SAME_IDEMPOTENCY_LEVEL",
    proto3(
      shop(buy),
      shop("rpc Buy(Order) returns (Receipt) {\n    option idempotency_level = IDEMPOTENT;\n  }"),
    ),
  ],
  ["PACKAGE_MESSAGE_NO_DELETE", withAndWithout("message Refund {}")],
  ["PACKAGE_ENUM_NO_DELETE", withAndWithout("enum Kind {\n  KIND_UNSPECIFIED = 0;\n}")],
  [
    "PACKAGE_SERVICE_NO_DELETE",
    withAndWithout("service Desk {\n  rpc Ask(Order) returns (Order);\n}"),
  ],
  [
    "PACKAGE_EXTENSION_NO_DELETE",
    proto2(
      `${extensible}\nextend Order {\n  optional string note = 100;\n  optional string tag = 101;\n}`,
      `${extensible}\nextend Order {\n  optional string note = 100;\n}`,
    ),
  ],
  ["MESSAGE_NO_DELETE", moved("message Money {}")],
  ["ENUM_NO_DELETE", moved("enum Kind {\n  KIND_UNSPECIFIED = 0;\n}")],
  ["SERVICE_NO_DELETE", moved("service Desk {}")],
];

const orderFile = "acme/shop/v1/order.proto";
const extension = "extend Order {\n  optional string note = 100;\n}";

/** An extension needs its message, which stands in a file of its own here. */
export const extensionExamples: readonly ExampleRow[] = [
  [
    "EXTENSION_NO_DELETE",
    {
      before: {
        [orderFile]: `${proto2Head}\n${extensible}`,
        [shopFile]: `${proto2Head}\nimport "${orderFile}";\n\n${extension}\n`,
      },
      after: {
        [orderFile]: `${proto2Head}\n${extensible}\n${extension}\n`,
        [shopFile]: `${proto2Head}`,
      },
    },
  ],
];
