import { shopFile, stockFile, typesFile } from "./change-matrix.ts";

const shop = "acme.shop.v1";

/** Changes of one file by one replacement, which break nobody. */
export const acceptedEdits: readonly (readonly [
  what: string,
  path: string,
  from: string,
  to: string,
  ...findings: string[],
])[] = [
  ["a comment behind a field", shopFile, "int32 count = 2;", "int32 count = 2; // How many."],
  ["a comment on an rpc", shopFile, "  rpc Watch", "  // Tells what is sold.\n  rpc Watch"],
  ["other indentation", typesFile, "  int64 units = 1;", "      int64   units=1;"],
  [
    "the order of values",
    typesFile,
    "  KIND_BOOK = 1;\n  KIND_FOOD = 2;\n",
    "  KIND_FOOD = 2;\n  KIND_BOOK = 1;\n",
  ],
  [
    "an optional field more",
    typesFile,
    "  int64 units = 1;",
    "  int64 units = 1;\n  optional string currency = 2;",
  ],
  [
    "a list more",
    typesFile,
    "  int64 units = 1;",
    "  int64 units = 1;\n  repeated int32 parts = 2;",
  ],
  [
    "a map more",
    typesFile,
    "  int64 units = 1;",
    "  int64 units = 1;\n  map<string, Money> rates = 2;",
  ],
  [
    "a oneof more",
    typesFile,
    "  int64 units = 1;",
    "  int64 units = 1;\n  oneof unit {\n    string currency = 2;\n  }",
  ],
  [
    "an enum more",
    typesFile,
    "message Money",
    "enum Size {\n  SIZE_UNSPECIFIED = 0;\n}\n\nmessage Money",
  ],
  ["a nested message more", shopFile, "  message Line {", "  message Note {}\n  message Line {"],
  [
    "a service more",
    shopFile,
    "message Receipt",
    "service Desk {\n  rpc Ask(Order) returns (Receipt);\n}\n\nmessage Receipt",
  ],
  [
    "an rpc more, without a subject",
    shopFile,
    "  rpc Watch",
    "  rpc Ask(Order) returns (Receipt);\n  rpc Watch",
  ],
  ["a name reserved", shopFile, 'reserved "old";', 'reserved "old", "older";'],
  ["reserved numbers as a range", shopFile, "reserved 20, 21;", "reserved 20 to 21;"],
  ["a larger reserved range", shopFile, "reserved 20, 21;", "reserved 20 to 30;"],
  [
    "the JSON name that it has anyway",
    shopFile,
    "int32 count = 2;",
    'int32 count = 2 [json_name = "count"];',
  ],
  [
    "an rpc deprecated",
    shopFile,
    "    option idempotency_level = IDEMPOTENT;\n",
    "    option deprecated = true;\n    option idempotency_level = IDEMPOTENT;\n",
  ],
  ["a value deprecated", typesFile, "KIND_FOOD = 2;", "KIND_FOOD = 2 [deprecated = true];"],
  [
    "a message deprecated",
    typesFile,
    "  int64 units = 1;",
    "  option deprecated = true;\n  int64 units = 1;",
  ],
  [
    "a second name for a value",
    typesFile,
    "KIND_FOOD = 2;",
    "KIND_FOOD = 2;\n  option allow_alias = true;\n  KIND_MEAL = 2;",
  ],
  [
    "an event more",
    shopFile,
    "message Receipt {",
    'message Receipt {\n  option (charter.nats.v1.event) = {subject: "acme.shop.receipt.v1"};',
  ],
  ["an owner", shopFile, '{queue_group: "q.shop"}', '{queue_group: "q.shop" owner: "shop-team"}'],
  [
    "a reply subject where none was",
    shopFile,
    "deadline_ms: 50",
    'deadline_ms: 50 reply_subject: "acme.shop.bought.v1"',
  ],
  [
    "an rpc that has no side effects, and a cache for its replies",
    shopFile,
    'IDEMPOTENT;\n    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"',
    'NO_SIDE_EFFECTS;\n    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1" cache_ttl_ms: 1000',
    `shows dangerous RPC_SAME_IDEMPOTENCY_LEVEL ${shop}.Shop.Buy`,
  ],
  [
    "a dead-letter subject where none was",
    shopFile,
    "max_age_s: 300}",
    'max_age_s: 300} dead_letter_subject: "acme.shop.dead.v1"',
  ],
  ["no limit of age where one was", shopFile, " max_age_s: 300", ""],
  [
    "a field of the first type of a package",
    stockFile,
    "  int32 count = 1;",
    "  int32 count = 1;\n  State state = 2;",
  ],
  [
    "the first value of an enum with one",
    stockFile,
    "STATE_UNSPECIFIED = 0;",
    "STATE_UNSPECIFIED = 0;\n  STATE_FULL = 1;",
    "shows dangerous ENUM_VALUE_ADDED acme.stock.v1.State.STATE_FULL",
  ],
];
