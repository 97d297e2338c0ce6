import { beforeAll, describe, expect, it } from "vitest";
import { readBindings } from "../binding/read-bindings.ts";
import { type CompiledProtos, compileProto, type Protos } from "../testing/compile-proto.ts";
import { typeGraph } from "./closure.ts";
import { bindingDigest, meaningDigest } from "./fingerprint.ts";

const proto = 'syntax = "proto3"; package acme.shop.v1;';
const imports =
  'import "charter/nats/v1/binding.proto"; import "buf/validate/validate.proto"; import "google/protobuf/descriptor.proto";';
const service = `service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop" owner: "shop-team"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1.{id}" deadline_ms: 50};
  }
  rpc Ask(Order) returns (Receipt);
}`;
const order = `message Order {
  string id = 1 [(buf.validate.field).string = {min_len: 1, max_len: 9}];
  optional string note = 2;
  optional int32 count = 3;
  map<string, Item> items = 4;
  map<string, int32> totals = 5;
  oneof way { string post = 6; bool pick = 7; }
  oneof pay { Card card = 8; string voucher = 9; }
  reserved 20, 30 to 40;
  reserved "old", "older";
}`;
// Order and Item refer to each other, so they are in one file.
const item = "message Item { Order parent = 1; Kind kind = 2; }";
const rest = `message Card { enum Brand { BRAND_UNSPECIFIED = 0; BRAND_A = 1; } Brand brand = 1; }
enum Kind { KIND_UNSPECIFIED = 0; KIND_BOOK = 1; KIND_FOOD = 2; reserved 7, 9; }
message Receipt { string id = 1; }
message Unused { string x = 1; }`;
const extension = "extend google.protobuf.FieldOptions { optional string hint = 81001; }";
const options = 'option java_package = "x";';

const one = (text: string): Protos => ({ "acme/shop.proto": text });
const base = [proto, imports, options, service, order, item, rest, extension].join("\n");
const replaced = (from: string, to: string): Protos => {
  if (!base.includes(from)) throw new Error(`the contract has no ${from}`);
  return one(base.replace(from, to));
};

interface Digests {
  readonly meaning: string;
  readonly binding: string;
}

function digestsOf({ registry, paths }: CompiledProtos): Digests {
  const graph = typeGraph(registry);
  const [binding] = readBindings(registry, paths).bindings;
  if (binding === undefined) throw new Error("the contract binds Buy");
  return {
    meaning: meaningDigest(registry, paths, graph),
    binding: bindingDigest(binding, graph),
  };
}

let before: Digests;
beforeAll(async () => {
  before = digestsOf(await compileProto(one(base)));
});

describe.concurrent("neither meaningDigest nor bindingDigest changes with", () => {
  it.each<[string, Protos]>([
    ["comments and spaces", one(base.replaceAll("\n", "\n\n  // a remark\n"))],
    [
      "the order of what is in a file",
      one([proto, imports, options, extension, rest, item, order, service].join("\n")),
    ],
    [
      "the order of fields with presence",
      replaced(
        "optional string note = 2;\n  optional int32 count = 3;",
        "optional int32 count = 3;\n  optional string note = 2;",
      ),
    ],
    [
      "the order of maps",
      replaced(
        "map<string, Item> items = 4;\n  map<string, int32> totals = 5;",
        "map<string, int32> totals = 5;\n  map<string, Item> items = 4;",
      ),
    ],
    ["the order of oneofs", one(base.replace(/( *oneof way .*\n)( *oneof pay .*\n)/, "$2$1"))],
    [
      "the order of members of a oneof",
      replaced("string post = 6; bool pick = 7;", "bool pick = 7; string post = 6;"),
    ],
    [
      "the order of values",
      replaced("KIND_BOOK = 1; KIND_FOOD = 2;", "KIND_FOOD = 2; KIND_BOOK = 1;"),
    ],
    [
      "the order of reserved numbers and names",
      one(
        base
          .replace("20, 30 to 40", "30 to 40, 20")
          .replace('"old", "older"', '"older", "old"')
          .replace("reserved 7, 9", "reserved 9, 7"),
      ),
    ],
    [
      "the order and the form of options",
      replaced(
        "(buf.validate.field).string = {min_len: 1, max_len: 9}",
        "(buf.validate.field).string.max_len = 9, (buf.validate.field).string.min_len = 1",
      ),
    ],
    [
      "the order of rpcs",
      one(base.replace(/( {2}rpc Buy[\s\S]*? {2}\}\n)( {2}rpc Ask.*\n)/, "$2$1")),
    ],
    ["the path of the file", { "acme/other.proto": base }],
    [
      "the number of files",
      {
        "acme/a.proto": [proto, 'import "acme/b.proto";', imports, service, order, item].join("\n"),
        "acme/b.proto": [proto, imports, options, extension, rest].join("\n"),
      },
    ],
  ])("%s", async (_what, protos) => {
    expect(digestsOf(await compileProto(protos))).toEqual(before);
  });
});

describe.concurrent("meaningDigest and bindingDigest change with", () => {
  it.each<[string, Protos]>([
    ["a rule", replaced("min_len: 1", "min_len: 2")],
    ["a rule less", replaced("min_len: 1, ", "")],
    ["a type", replaced("bool pick = 7;", "int32 pick = 7;")],
    ["a number", replaced("string voucher = 9", "string voucher = 10")],
    ["a name", replaced("string voucher = 9", "string coupon = 9")],
    ["presence", replaced("optional string note", "string note")],
    [
      "the oneof of a field",
      one(
        base
          .replace(" bool pick = 7;", "")
          .replace("string voucher = 9;", "string voucher = 9; bool pick = 7;"),
      ),
    ],
    [
      "the type of a map's values",
      replaced("map<string, int32> totals", "map<string, int64> totals"),
    ],
    ["a type that the message reaches", replaced("BRAND_A = 1", "BRAND_B = 1")],
    ["a value more", replaced("KIND_FOOD = 2", "KIND_FOOD = 2; KIND_TOY = 3")],
    ["a number that is free again", replaced("reserved 20, 30 to 40", "reserved 30 to 40")],
    [
      "the reply",
      replaced("message Receipt { string id = 1; }", "message Receipt { string no = 1; }"),
    ],
    [
      "sensitivity",
      replaced("string note = 2", "string note = 2 [(charter.nats.v1.sensitive) = true]"),
    ],
    ["a deadline", replaced("deadline_ms: 50", "deadline_ms: 60")],
    ["a queue group", replaced('"q.shop"', '"q.shops"')],
    ["a subject", replaced("acme.shop.buy.v1", "acme.shop.order.v1")],
  ])("%s", async (_what, protos) => {
    const after = digestsOf(await compileProto(protos));
    expect(after.meaning).not.toBe(before.meaning);
    expect(after.binding).not.toBe(before.binding);
  });
});

describe.concurrent("only meaningDigest changes with", () => {
  it.each<[string, Protos]>([
    [
      "a type that no subject reaches",
      replaced("message Unused { string x = 1; }", "message Unused { string y = 1; }"),
    ],
    ["an rpc that has no subject", replaced("  rpc Ask(Order) returns (Receipt);\n", "")],
    ["an extension", replaced("optional string hint = 81001", "optional string hint = 81002")],
    ["an option of a file", replaced('java_package = "x"', 'java_package = "y"')],
    ["the team", replaced('"shop-team"', '"other-team"')],
  ])("%s", async (_what, protos) => {
    const after = digestsOf(await compileProto(protos));
    expect(after.meaning).not.toBe(before.meaning);
    expect(after.binding).toBe(before.binding);
  });
});
