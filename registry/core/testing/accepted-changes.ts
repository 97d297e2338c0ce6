import { acceptedEdits } from "./accepted-edits.ts";
import {
  adding,
  all,
  baseFiles,
  deleting,
  type MatrixCase,
  replacing,
  shopFile,
  stockFile,
  typesFile,
} from "./change-matrix.ts";

const money = "message Money {\n  int64 units = 1;\n}\n";
const kind = "enum Kind {\n  KIND_UNSPECIFIED = 0;\n  KIND_BOOK = 1;\n  KIND_FOOD = 2;\n}\n";
const head = 'syntax = "proto3";\npackage acme.shop.v1;\n';

/** Changes that break nobody. */
export const acceptedChanges: readonly MatrixCase[] = [
  { what: "nothing", edit: (files) => files, findings: [] },
  ...acceptedEdits.map(([what, path, from, to, ...findings]) => ({
    what,
    edit: replacing(path, [from, to]),
    findings,
  })),
  {
    what: "a file split in two",
    edit: all(
      replacing(typesFile, [money, ""]),
      adding("acme/shop/v1/money.proto", `${head}${money}`),
    ),
    findings: ["shows compatible MESSAGE_NO_DELETE acme.shop.v1.Money"],
  },
  {
    what: "a comment",
    edit: replacing(shopFile, ["message Order {", "// What is bought.\nmessage Order {"]),
    findings: [],
  },
  {
    what: "the order of fields",
    edit: replacing(shopFile, [
      "  string id = 1;\n  int32 count = 2;\n",
      "  int32 count = 2;\n  string id = 1;\n",
    ]),
    findings: [],
  },
  {
    what: "the order of messages",
    edit: replacing(
      shopFile,
      ["message Receipt {\n  string id = 1;\n}\n", ""],
      ["message Order {", "message Receipt {\n  string id = 1;\n}\n\nmessage Order {"],
    ),
    findings: [],
  },
  {
    what: "a field more",
    edit: replacing(shopFile, ["  Kind kind = 8;", "  Kind kind = 8;\n  string shop = 9;"]),
    findings: [],
  },
  {
    what: "a member of a oneof more",
    edit: replacing(shopFile, ["voucher = 7;", "voucher = 7;\n    string cash = 9;"]),
    findings: ["shows dangerous ONEOF_MEMBER_ADDED acme.shop.v1.Order.cash"],
  },
  {
    what: "a value more",
    edit: replacing(typesFile, ["KIND_FOOD = 2;", "KIND_FOOD = 2;\n  KIND_TOY = 3;"]),
    findings: ["shows dangerous ENUM_VALUE_ADDED acme.shop.v1.Kind.KIND_TOY"],
  },
  {
    what: "a message more",
    edit: replacing(shopFile, ["message Receipt", "message Cart {}\n\nmessage Receipt"]),
    findings: [],
  },
  {
    what: "an rpc more, with a subject",
    edit: replacing(shopFile, [
      "  rpc Watch",
      '  rpc Ask(Order) returns (Receipt) {\n    option (charter.nats.v1.request) = {subject: "acme.shop.ask.v1"};\n  }\n  rpc Watch',
    ]),
    findings: [],
  },
  {
    what: "a file more",
    edit: adding("acme/shop/v1/cart.proto", `${head}message Cart {}\n`),
    findings: [],
  },
  {
    what: "a package v2 beside v1",
    edit: adding(
      "acme/shop/v2/shop.proto",
      'syntax = "proto3"; package acme.shop.v2; message Order { int32 id = 1; }',
    ),
    findings: [],
  },
  {
    what: "a number reserved",
    edit: replacing(shopFile, ["reserved 20, 21;", "reserved 20, 21, 22;"]),
    findings: [],
  },
  {
    what: "a field deprecated",
    edit: replacing(shopFile, ["int32 count = 2;", "int32 count = 2 [deprecated = true];"]),
    findings: [],
  },
  {
    what: "a field marked sensitive",
    edit: replacing(shopFile, [
      "voucher = 7;",
      "voucher = 7 [(charter.nats.v1.sensitive) = true];",
    ]),
    findings: [],
  },
  {
    what: "a longer deadline",
    edit: replacing(shopFile, ["deadline_ms: 50", "deadline_ms: 60"]),
    findings: [],
  },
  {
    what: "messages kept for longer",
    edit: replacing(shopFile, ["max_age_s: 300", "max_age_s: 600"]),
    findings: [],
  },
  {
    what: "a subject for an rpc that had none",
    edit: replacing(shopFile, [
      "returns (stream Receipt);",
      'returns (stream Receipt) {\n    option (charter.nats.v1.request) = {subject: "acme.shop.watch.v1"};\n  }',
    ]),
    findings: [],
  },
  {
    what: "another java_package",
    edit: replacing(shopFile, [
      "package acme.shop.v1;",
      'package acme.shop.v1;\noption java_package = "com.acme";',
    ]),
    findings: [`shows compatible FILE_SAME_JAVA_PACKAGE ${shopFile}`],
  },
  {
    what: "another go_package",
    edit: replacing(typesFile, [
      "package acme.shop.v1;",
      'package acme.shop.v1;\noption go_package = "acme/shop";',
    ]),
    findings: [`shows compatible FILE_SAME_GO_PACKAGE ${typesFile}`],
  },
  {
    what: "a message moved to another file of its package",
    edit: all(
      replacing(typesFile, [money, ""]),
      replacing(shopFile, ["message Receipt", `${money}\nmessage Receipt`]),
    ),
    findings: ["shows compatible MESSAGE_NO_DELETE acme.shop.v1.Money"],
  },
  {
    what: "an enum moved to another file of its package",
    edit: all(
      replacing(typesFile, [kind, ""]),
      replacing(shopFile, ["message Receipt", `${kind}\nmessage Receipt`]),
    ),
    findings: ["shows compatible ENUM_NO_DELETE acme.shop.v1.Kind"],
  },
  {
    what: "a file renamed",
    edit: all(deleting(stockFile), adding("acme/stock/v1/level.proto", baseFiles[stockFile] ?? "")),
    findings: [`shows compatible FILE_NO_DELETE ${stockFile}`],
  },
  {
    what: "a file that another module imports, when a type in it is new",
    edit: replacing(typesFile, ["message Money", "message Tax {}\n\nmessage Money"]),
    imported: [typesFile],
    findings: [],
  },
  {
    what: "the same in an edition",
    edit: replacing(
      stockFile,
      ['syntax = "proto3";', 'edition = "2023";'],
      [
        "package acme.stock.v1;",
        "package acme.stock.v1;\noption features.field_presence = IMPLICIT;",
      ],
    ),
    findings: [`shows dangerous FILE_SAME_SYNTAX ${stockFile}`],
  },
  {
    what: "an rpc that became idempotent",
    edit: replacing(shopFile, [
      "returns (stream Receipt);",
      "returns (stream Receipt) {\n    option idempotency_level = IDEMPOTENT;\n  }",
    ]),
    findings: ["shows dangerous RPC_SAME_IDEMPOTENCY_LEVEL acme.shop.v1.Shop.Watch"],
  },
];
