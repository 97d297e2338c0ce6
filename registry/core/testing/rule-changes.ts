/** Changes of protovalidate rules, as texts of one file in the package `acme.shop.v1`. */
/** A request of these fields and options. */
const order = (options: string, declarations = "") => `${declarations}
service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Receipt {}
message Order {
${options}
}`;
const field = (type: string, rules: string) =>
  order(`  ${type} a = 1 [(buf.validate.field) = {${rules}}];`);
const nested = (type: string, rules: string) =>
  order(
    `  ${type} lines = 1;`,
    `message Line {\n  string sku = 1 [(buf.validate.field).string.min_len = 1];\n  int32 n = 2 [(buf.validate.field).int32 = {${rules}}];\n}`,
  );
const cel = (expression: string) =>
  order(
    `  option (buf.validate.message).cel = {id: "order.rule" message: "no" expression: "${expression}"};\n  int32 low = 1;\n  int32 high = 2;`,
  );

/** What changes, the wider rules, the narrower ones, and what tells them apart. */
export const tightened: readonly [what: string, wide: string, narrow: string, json: RegExp][] = [
  ["min_len", field("string", "string: {}"), field("string", "string: {min_len: 2}"), /^\{.*\}$/],
  [
    "pattern",
    field("string", 'string: {pattern: "^[a-z]+$"}'),
    field("string", 'string: {pattern: "^[a-z]{1,3}$"}'),
    /^\{"a":"[a-z]{4}"\}$/,
  ],
  [
    "in",
    field("string", 'string: {in: ["x", "y"]}'),
    field("string", 'string: {in: ["x"]}'),
    /^\{"a":"y"\}$/,
  ],
  ["not_in", field("string", ""), field("string", 'string: {not_in: ["x"]}'), /^\{"a":"x"\}$/],
  [
    "const",
    field("int32", "int32: {in: [3, 4]}"),
    field("int32", "int32: {const: 3}"),
    /^\{"a":4\}$/,
  ],
  ["required", field("optional string", ""), field("optional string", "required: true"), /^\{\}$/],
  ["required of a message", field("Receipt", ""), field("Receipt", "required: true"), /^\{\}$/],
  [
    "min_items",
    field("repeated int32", ""),
    field("repeated int32", "repeated: {min_items: 1}"),
    /^\{\}$/,
  ],
  [
    "max_items",
    field("repeated int32", "repeated: {max_items: 9}"),
    field("repeated int32", "repeated: {max_items: 2}"),
    /^\{"a":\[-?\d+,-?\d+,-?\d+\]\}$/,
  ],
  [
    "unique",
    field("repeated int32", ""),
    field("repeated int32", "repeated: {unique: true}"),
    /^\{"a":\[(-?\d+),\1\]\}$/,
  ],
  [
    "items",
    field("repeated string", ""),
    field("repeated string", "repeated: {items: {string: {max_len: 3}}}"),
    /^\{"a":\["....".*\]\}$/,
  ],
  [
    "keys",
    field("map<string, int32>", ""),
    field("map<string, int32>", "map: {keys: {string: {max_len: 2}}}"),
    /^\{"a":\{"...":-?\d+\}\}$/,
  ],
  [
    "values",
    field("map<string, int32>", ""),
    field("map<string, int32>", "map: {values: {int32: {gte: 0}}}"),
    /^\{"a":\{".*":-\d+\}\}$/,
  ],
  [
    "a duration",
    field("google.protobuf.Duration", "duration: {lte: {seconds: 60}}"),
    field("google.protobuf.Duration", "duration: {lte: {seconds: 30}}"),
    /^\{"a":"30\.\d+s"\}$/,
  ],
  [
    "a timestamp",
    field("google.protobuf.Timestamp", ""),
    field("google.protobuf.Timestamp", "timestamp: {lt_now: true}"),
    /^\{"a":"2\d{3}-.*Z"\}$/,
  ],
  [
    "a double",
    field("double", ""),
    field("double", "double: {finite: true}"),
    /^\{"a":"(NaN|-?Infinity)"\}$/,
  ],
  [
    "a field of a nested message",
    nested("Line", "lte: 10"),
    nested("Line", "lte: 5"),
    /^\{"lines":\{"sku":".","n":6\}\}$/,
  ],
  [
    "a field of an item",
    nested("repeated Line", "lte: 10"),
    nested("repeated Line", "lte: 5"),
    /^\{"lines":\[\{"sku":".","n":6\}\]\}$/,
  ],
  [
    "a field of a map's value",
    nested("map<string, Line>", "lte: 10"),
    nested("map<string, Line>", "lte: 5"),
    /^\{"lines":\{".*":\{"sku":".","n":6\}\}\}$/,
  ],
  [
    "a oneof that is required",
    order("  oneof pay {\n    string card = 1;\n  }"),
    order(
      "  oneof pay {\n    option (buf.validate.oneof).required = true;\n    string card = 1;\n  }",
    ),
    /^\{\}$/,
  ],
  [
    "a oneof rule of a message",
    order("  string a = 1;\n  string b = 2;"),
    order(
      '  option (buf.validate.message).oneof = {fields: ["a", "b"], required: true};\n  string a = 1;\n  string b = 2;',
    ),
    /^\{\}$/,
  ],
  [
    "CEL between fields",
    cel("this.low <= this.high + 10"),
    cel("this.low <= this.high"),
    /^\{.*\}$/,
  ],
  [
    "CEL of a field",
    field("int32", ""),
    field("int32", 'cel: {id: "even" message: "odd" expression: "this % 2 == 0"}'),
    /^\{"a":-?\d*[13579]\}$/,
  ],
  [
    "CEL between fields by a number",
    cel("this.high - this.low <= 1000"),
    cel("this.high - this.low <= 995"),
    /^\{"high":(996|999|1000)\}$/,
  ],
  ["CEL that excludes one number", cel("true"), cel("this.low != 12345"), /^\{"low":12345\}$/],
  [
    "CEL of a text",
    field("string", ""),
    field("string", 'cel: {id: "free" message: "taken" expression: "this != \'root\'"}'),
    /^\{"a":"root"\}$/,
  ],
  ["a new field that must be there", order(""), field("string", "required: true"), /^\{\}$/],
  [
    "a new field that must not be empty",
    order(""),
    field("string", "string: {min_len: 1}"),
    /^\{\}$/,
  ],
  [
    "ignore",
    nested("Line", "lte: 5").replace(
      "lines = 1",
      "lines = 1 [(buf.validate.field).ignore = IGNORE_ALWAYS]",
    ),
    nested("Line", "lte: 5"),
    /^\{"lines":\{.*\}\}$/,
  ],
];

type Rewritten = readonly [what: string, before: string, after: string];

/** Rules that are written in another way and mean the same. */
export const equal: readonly Rewritten[] = [
  ["len", field("string", "string: {len: 5}"), field("string", "string: {min_len: 5, max_len: 5}")],
  ["gt of integers", field("int32", "int32: {gt: 3}"), field("int32", "int32: {gte: 4}")],
  ["lt of integers", field("uint64", "uint64: {lt: 9}"), field("uint64", "uint64: {lte: 8}")],
  ["in of one", field("string", 'string: {in: ["x"]}'), field("string", 'string: {const: "x"}')],
  ["required text", field("string", "required: true"), field("string", "string: {min_len: 1}")],
  ["what CEL says", cel("this.low > 1"), cel("this.low > 1").replace('"no"', '"never"')],
  ["what was always so", field("uint32", ""), field("uint32", "uint32: {gte: 0}")],
  [
    "the order of two rules",
    field("int32", "int32: {gt: 3, lt: 9}"),
    field("int32", "int32: {lt: 9, gt: 3}"),
  ],
  ["a new field that may be absent", order(""), field("optional string", "string: {min_len: 3}")],
];

/** Rules that mean the same, which trying messages does not prove. */
export const opaque: readonly Rewritten[] = [
  [
    "a pattern",
    field("string", 'string: {pattern: "^[ab]+$"}'),
    field("string", 'string: {pattern: "^(a|b)+$"}'),
  ],
  ["a rule in CEL", cel("this.low <= this.high"), cel("!(this.low > this.high)")],
];

const listed = "  repeated int32 a = 1;\n  int32 low = 2;";
const withRule = (expression: string) =>
  order(
    `  option (buf.validate.message).cel = {id: "bad" message: "no" expression: "${expression}"};\n${listed}`,
  );

/** How a rule in CEL fails, the message without it and with it. */
export const failing: readonly Rewritten[] = [
  ["fail on some messages", order(listed), withRule("this.a[0] > 0")],
  ["divide by what can be zero", order(listed), withRule("100 / this.low < 1000")],
  ["do not compile", order(listed), withRule("this.low >")],
  ["name no field", order(listed), withRule("this.lower > 1")],
];

/** A request, its reply, an event, and one that a stream keeps. `fields` stands in all of them. */
const shop = (declarations: string, fields: string) => `${declarations}service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order {
${fields}
}
message Receipt {
${fields}
}
message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1"};
${fields}
}
message Kept {
  option (charter.nats.v1.event) = {subject: "acme.shop.kept.v1" stream: {name: "SHOP"}};
${fields}
}`;

const text = (max: number) =>
  `  string id = 2;\n  string text = 1 [(buf.validate.field).string = {max_len: ${max}}];`;
const count = (max: number) => `  uint32 count = 1 [(buf.validate.field).uint32 = {lte: ${max}}];`;
const kinds = (values: string) =>
  shop(
    `enum Kind {\n  KIND_UNSPECIFIED = 0;\n  KIND_A = 1;\n${values}}\n`,
    "  Kind kind = 1 [(buf.validate.field).enum.defined_only = true];",
  );

/** Changes of what is sent, replied, published and kept at once. */
export const bothWays = {
  text: [shop("", text(4000)), shop("", text(100))],
  count: [shop("", count(8192)), shop("", count(4096))],
  kind: [kinds(""), kinds("  KIND_B = 2;\n")],
  moved: [shop("", count(9)), shop("", count(3)).replaceAll("acme.shop.", "acme.store.")],
} as const satisfies Record<string, readonly [string, string]>;

const page = (rules: string) =>
  `${order("  Page page = 1;")}\nmessage Page {\n  uint32 size = 1 [(buf.validate.field).uint32 = {${rules}}];\n}`;

/** A type within a message of a request. */
export const carried: readonly [string, string] = [page("lte: 9"), page("lte: 5")];

const alone = (max: number) => `message Order {\n${count(max)}\n}`;

/** A type that travels on no subject. */
export const unbound: readonly [string, string] = [alone(9), alone(5)];
