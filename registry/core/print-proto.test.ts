import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createFileRegistry, createRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { toText } from "@bufbuild/protobuf/txtpb";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { printProto } from "./print-proto.ts";

const buf = join(import.meta.dirname, "../../node_modules/.bin/buf");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "print-proto-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Compiles one source with buf, without comments and places. */
function compile(path: string, source: string): DescFile {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), source);
  const output = ["--as-file-descriptor-set", "--exclude-source-info", "-o", "-"];
  const bytes = execFileSync(buf, ["build", folder, ...output], { stdio: "pipe" });
  const file = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)).getFile(path);
  if (!file) throw new Error(`buf gave no descriptor of ${path}`);
  return file;
}

/** All of a descriptor in a form that shows a difference by line; unknown options stay visible. */
function descriptorText(file: DescFile): string {
  const registry = createRegistry(file, ...file.dependencies);
  return toText(FileDescriptorProtoSchema, file.proto, { registry, printUnknownFields: true });
}

const proto2 = `
  syntax = "proto2";
  package shop.v1;
  import public "google/protobuf/duration.proto";
  import "google/protobuf/descriptor.proto";
  option java_package = "shop";
  message Mark {
    optional string text = 1;
    repeated double ratio = 2;
    map<string, Mark> parts = 3;
    extensions 100 to 199, 300;
    extensions 1000 to max;
    extend google.protobuf.FieldOptions { optional Mark mark = 84001; }
  }
  extend google.protobuf.EnumValueOptions { repeated string alias = 84002; }
  extend google.protobuf.MessageOptions { optional bytes raw = 84003; }
  extend Mark { optional string note = 150; }
  message Order {
    option (raw) = "\\000\\377\\"";
    reserved 2, 5 to 9, 1000 to max;
    reserved "old", "older";
    required string id = 1 [json_name = "ID", (Mark.mark) = {
      text: "a \\"quote\\", a \\\\ and\\na line"
      ratio: [0.5, inf, -inf]
      parts: {key: "k" value: {[shop.v1.note]: "here"}}
    }];
    optional bytes seal = 3 [default = "\\001\\"\\\\z"];
    optional string name = 4 [default = "it's \\"\\t\\"\\n", deprecated = true];
    optional double limit = 10 [default = -inf];
    optional State state = 11 [default = STATE_OPEN];
    repeated int32 counts = 12 [packed = true, targets = TARGET_TYPE_FIELD, targets = TARGET_TYPE_ENUM];
    oneof price { uint64 cents = 13; google.protobuf.Duration time = 14; }
    optional bool last = 15;
    enum State {
      option allow_alias = true;
      reserved -5 to -2, 40 to max;
      reserved "STATE_GONE";
      STATE_OPEN = 1 [(alias) = "o", (alias) = "open"];
      STATE_FREE = 1;
      STATE_SHUT = -1;
    }
  }`;

const proto3 = `
  syntax = "proto3";
  package shop.v1;
  service ShopService {
    option deprecated = true;
    rpc Buy(Item) returns (Item) { option idempotency_level = IDEMPOTENT; }
    rpc Watch(stream Item) returns (stream Item);
  }
  message Item {
    optional string maybe = 1;
    oneof kind { Nothing nothing = 2; string text = 3; }
    map<int32, Item> by_id = 4;
    repeated Item children = 5;
    string _odd__name_1 = 6;
    message Nothing {}
  }`;

const edition2023 = `
  edition = "2023";
  package shop.v1;
  option features.field_presence = IMPLICIT;
  message Item {
    reserved gone;
    string id = 1 [features.field_presence = EXPLICIT];
    Item inner = 2 [features.message_encoding = LENGTH_PREFIXED];
    Kind kind = 3 [features.field_presence = EXPLICIT];
    enum Kind { option features.enum_type = CLOSED; KIND_A = 0; }
  }`;

describe("printProto", () => {
  test("prints validate.proto so that buf compiles it to the same descriptor", () => {
    const original = file_buf_validate_validate;
    const printed = compile("buf/validate/validate.proto", printProto(original));
    expect(descriptorText(printed)).toBe(descriptorText(original));
  });

  test.each([
    ["proto2", proto2],
    ["proto3", proto3],
    ["editions", edition2023],
  ])("keeps everything that a %s file can say", (_, source) => {
    const original = compile("shop/v1/shop.proto", source);
    const printed = compile("shop/v1/shop.proto", printProto(original));
    expect(descriptorText(printed)).toBe(descriptorText(original));
  });

  test("refuses a proto2 group instead of dropping it", () => {
    const source = 'syntax = "proto2"; message A { optional group B = 1 {} }';
    expect(() => printProto(compile("a.proto", source))).toThrow("proto2 group");
  });

  test("refuses an option that no import declares instead of dropping it", () => {
    const file = compile("a.proto", 'syntax = "proto3"; message A { option deprecated = true; }');
    const options = file.proto.messageType[0]?.options;
    if (!options) throw new Error("message A has no options");
    options.$unknown = [{ no: 84999, wireType: 0, data: Uint8Array.of(1) }];
    expect(() => printProto(file)).toThrow("84999");
  });
});
