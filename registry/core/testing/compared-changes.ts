import {
  adding,
  all,
  baseFiles,
  deleting,
  type Files,
  replacing,
  shopFile,
  stockFile,
  typesFile,
} from "./change-matrix.ts";

const shop = "acme.shop.v1";
const money = "message Money {\n  int64 units = 1;\n}\n";

/** Changes of `baseFiles`, each with the differences that it makes. */
export const comparedChanges: readonly (readonly [
  what: string,
  edit: (files: Files) => Files,
  ...differences: string[],
])[] = [
  ["nothing", (files) => files],
  [
    "comments, layout and order",
    all(
      replacing(shopFile, [
        "  string id = 1;\n  int32 count = 2;\n",
        "  int32 count=2; // How many.\n  string id = 1;\n",
      ]),
      replacing(shopFile, ["reserved 20, 21;", "reserved 20 to 21;"]),
      replacing(typesFile, [money, ""], ["enum Kind {", `${money}enum Kind {`]),
    ),
  ],
  [
    "a field's type, name and options",
    replacing(shopFile, ["int32 count = 2;", "repeated int64 amount = 2 [deprecated = true];"]),
    `~ field ${shop}.Order.amount name: count → amount`,
    `~ field ${shop}.Order.amount type: int32 → int64`,
    `~ field ${shop}.Order.amount cardinality: singular → repeated`,
    `~ field ${shop}.Order.amount JSON name: count → amount`,
    `~ field ${shop}.Order.amount option deprecated: null → true`,
  ],
  [
    "a field's number",
    replacing(shopFile, ["int32 count = 2;", "int32 count = 9;"]),
    `~ field ${shop}.Order.count number: 2 → 9`,
  ],
  [
    "a rule of validation",
    replacing(shopFile, ["string.min_len = 1", "string = {min_len: 2, max_len: 9}"]),
    `~ field ${shop}.Order.Line.sku option (buf.validate.field): {string: {min_len: 1}} → {string: {min_len: 2 max_len: 9}}`,
  ],
  [
    "a field into the oneof, and the oneof's name",
    replacing(
      shopFile,
      ["  int32 count = 2;\n", ""],
      ["  oneof pay {\n", "  oneof payment {\n    int32 count = 2;\n"],
    ),
    `~ field ${shop}.Order.count oneof: null → payment`,
    `~ field ${shop}.Order.card oneof: pay → payment`,
    `~ field ${shop}.Order.voucher oneof: pay → payment`,
    `- oneof ${shop}.Order.pay oneof pay`,
    `+ oneof ${shop}.Order.payment oneof payment`,
  ],
  [
    "the oneof's name alone",
    replacing(shopFile, ["oneof pay {", "oneof payment {"]),
    `~ field ${shop}.Order.card oneof: pay → payment`,
    `~ field ${shop}.Order.voucher oneof: pay → payment`,
    `~ oneof ${shop}.Order.payment name: pay → payment`,
  ],
  [
    "a field gone, its number reserved, and one new",
    replacing(shopFile, [
      "  int32 count = 2;\n",
      '  reserved 2;\n  reserved "count";\n  map<string, Receipt> receipts = 9;\n',
    ]),
    `~ message ${shop}.Order reserved numbers: 20 to 21 → 2, 20 to 21`,
    `~ message ${shop}.Order reserved names: "old" → "count", "old"`,
    `- field ${shop}.Order.count int32 count = 2`,
    `+ field ${shop}.Order.receipts map<string, Receipt> receipts = 9`,
  ],
  [
    "values renamed and new",
    replacing(typesFile, ["KIND_FOOD = 2;", "KIND_MEAL = 2;\n  KIND_TOY = 3;"]),
    `~ enum value ${shop}.Kind.KIND_MEAL name: KIND_FOOD → KIND_MEAL`,
    `+ enum value ${shop}.Kind.KIND_TOY KIND_TOY = 3`,
  ],
  [
    "a second name for a value",
    replacing(
      typesFile,
      ["enum Kind {", "enum Kind {\n  option allow_alias = true;"],
      ["KIND_FOOD = 2;", "KIND_FOOD = 2;\n  KIND_MEAL = 2;"],
    ),
    `~ enum ${shop}.Kind option allow_alias: null → true`,
    `+ enum value ${shop}.Kind.KIND_MEAL KIND_MEAL = 2`,
  ],
  [
    "an rpc's types and streams",
    replacing(shopFile, [
      "rpc Watch(Order) returns (stream Receipt);",
      "rpc Watch(stream Sold) returns (Receipt);\n  rpc Ask(Order) returns (stream Receipt);",
    ]),
    `~ rpc ${shop}.Shop.Watch request type: ${shop}.Order → ${shop}.Sold`,
    `~ rpc ${shop}.Shop.Watch streams requests: no → yes`,
    `~ rpc ${shop}.Shop.Watch streams replies: yes → no`,
    `+ rpc ${shop}.Shop.Ask rpc Ask(Order) returns (stream Receipt)`,
  ],
  [
    "a message that went, with what is nested in it",
    replacing(typesFile, [money, "message Price {\n  message Currency {}\n}\n"]),
    `- message ${shop}.Money message Money`,
    `+ message ${shop}.Price message Price`,
  ],
  [
    "a message moved to another file",
    all(
      replacing(typesFile, [money, ""]),
      replacing(shopFile, ["message Receipt", `${money}\nmessage Receipt`]),
    ),
    `~ message ${shop}.Money file: ${typesFile} → ${shopFile}`,
  ],
  [
    "a file renamed",
    all(deleting(stockFile), adding("acme/stock/v1/level.proto", baseFiles[stockFile] ?? "")),
    `~ file acme/stock/v1/level.proto path: ${stockFile} → acme/stock/v1/level.proto`,
  ],
  [
    "a package gone and a package new",
    all(
      deleting(stockFile),
      adding(
        "acme/stock/v2/stock.proto",
        'syntax = "proto3"; package acme.stock.v2; enum E {A=0;}',
      ),
    ),
    "- package acme.stock.v1 package acme.stock.v1",
    "+ package acme.stock.v2 package acme.stock.v2",
  ],
  [
    "a file more, and what is in it",
    adding("acme/shop/v1/cart.proto", 'syntax = "proto3"; package acme.shop.v1; message Cart {}'),
    "+ file acme/shop/v1/cart.proto acme/shop/v1/cart.proto",
    `+ message ${shop}.Cart message Cart`,
  ],
  [
    "another syntax with the same meaning, and an option of the file",
    replacing(
      stockFile,
      ['syntax = "proto3";', 'edition = "2023";'],
      [
        "package acme.stock.v1;",
        'package acme.stock.v1;\noption features.field_presence = IMPLICIT;\noption go_package = "x";',
      ],
    ),
    `~ file ${stockFile} syntax: proto3 → edition 2023`,
    `~ file ${stockFile} option go_package: null → "x"`,
  ],
  [
    "another syntax with another meaning",
    replacing(
      stockFile,
      ['syntax = "proto3";', 'syntax = "proto2";'],
      ["  int32", "  optional int32"],
    ),
    `~ file ${stockFile} syntax: proto3 → proto2`,
    "~ enum acme.stock.v1.State unknown values: kept → set aside",
    "~ enum acme.stock.v1.State JSON form: checked → best effort",
    "~ message acme.stock.v1.Level JSON form: checked → best effort",
    "~ field acme.stock.v1.Level.count cardinality: singular → optional",
  ],
  [
    "a subject's contract",
    replacing(
      shopFile,
      ["deadline_ms: 50", "deadline_ms: 60"],
      ['"acme.shop.sold.v1"', '"acme.shop.gone.v1"'],
      ["max_age_s: 300", "max_age_s: 600"],
    ),
    "~ subject acme.shop.buy.v1 deadline: 50 ms → 60 ms",
    "~ subject acme.shop.gone.v1 subject: acme.shop.sold.v1 → acme.shop.gone.v1",
    "~ subject acme.shop.gone.v1 kept for: 300 s → 600 s",
  ],
  [
    "subjects gone and new",
    replacing(
      shopFile,
      [
        '  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1" stream: {name: "SHOP" max_age_s: 300}};\n',
        "",
      ],
      [
        "message Receipt {",
        'message Receipt {\n  option (charter.nats.v1.event) = {subject: "acme.shop.receipt.v1"};',
      ],
    ),
    `- subject acme.shop.sold.v1 event ${shop}.Sold`,
    `+ subject acme.shop.receipt.v1 event ${shop}.Receipt`,
  ],
];
