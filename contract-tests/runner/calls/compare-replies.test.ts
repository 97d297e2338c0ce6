import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
} from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { readImage } from "../../../registry/core/revision/image.ts";
import { compileProto } from "../../../registry/core/testing/compile-proto.ts";
import { type Allowance, differenceOf } from "./compare-replies.ts";

let desc: DescMessage;

beforeAll(async () => {
  const { image } = await compileProto({
    "acme/v1/a.proto": `syntax = "proto3";
package acme.v1;
message A {
  string text = 1;
  int64 big = 2;
  float float = 3;
  double double = 4;
  bytes bytes = 5;
  optional int32 maybe = 6;
  repeated A list = 7;
  map<string, A> by_name = 8;
  A inner = 9;
  repeated int32 numbers = 10;
  oneof kind { string a = 11; string b = 12; }
  Color color = 13;
}
enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; }
`,
  });
  const found = createFileRegistry(readImage(image)).getMessage("acme.v1.A");
  if (found === undefined) throw new Error("acme.v1.A is not there");
  desc = found;
});

const none: Allowance = { mayDiffer: () => false, tolerance: {} };

function difference(one: JsonValue, other: JsonValue, allowance = none) {
  // The second travels as bytes, as it does on NATS.
  const bytes = toBinary(desc, fromJson(desc, other));
  return differenceOf(desc, fromJson(desc, one), fromBinary(desc, bytes), allowance);
}

describe("differenceOf", () => {
  it.each<[JsonValue, JsonValue]>([
    [{}, {}],
    [{ text: "" }, {}],
    [
      { float: 0.1, double: 0.1 },
      { float: 0.1, double: 0.1 },
    ],
    [{ double: "NaN" }, { double: "NaN" }],
    [{ double: -0 }, { double: 0 }],
    [{ bytes: "AQI=" }, { bytes: "AQI=" }],
    [{ byName: { x: { text: "a" }, y: {} } }, { byName: { y: {}, x: { text: "a" } } }],
    [{ list: [{ inner: { text: "a" } }] }, { list: [{ inner: { text: "a" } }] }],
  ])("finds none between %j and %j", (one, other) => {
    expect(difference(one, other)).toBeNull();
  });

  it.each<[JsonValue, JsonValue, string, string, string]>([
    [{ text: "a" }, { text: "b" }, "text", '"a"', '"b"'],
    [
      { big: "9007199254740993" },
      { big: "9007199254740992" },
      "big",
      "9007199254740993",
      "9007199254740992",
    ],
    [{ double: 1 }, { double: 1.0001 }, "double", "1", "1.0001"],
    [{ bytes: "AQI=" }, { bytes: "AQ==" }, "bytes", "0x0102", "0x01"],
    [{ maybe: 0 }, {}, "maybe", "0", "nothing"],
    [{ inner: {} }, {}, "inner", "a acme.v1.A", "nothing"],
    [{ a: "x" }, { b: "x" }, "a", '"x"', "nothing"],
    [{ color: "COLOR_RED" }, {}, "color", "1", "0"],
    [{ numbers: [1, 2] }, { numbers: [1] }, "numbers", "2 items", "1 items"],
    [{ numbers: [1, 2] }, { numbers: [1, 3] }, "numbers[1]", "2", "3"],
    [{ list: [{}, { text: "a" }] }, { list: [{}, {}] }, "list[1].text", '"a"', '""'],
    [{ byName: { x: {} } }, { byName: {} }, 'by_name["x"]', "a acme.v1.A", "nothing"],
    [{ byName: { x: { big: "1" } } }, { byName: { x: {} } }, 'by_name["x"].big', "1", "0"],
    [{ text: "y".repeat(300) }, {}, "text", `"${"y".repeat(199)} …`, '""'],
  ])("finds the one between %j and %j", (one, other, path, a, b) => {
    expect(difference(one, other)).toEqual({ path, first: a, second: b });
  });

  it.each<[string, JsonValue, JsonValue, number, boolean]>([
    ["double", { double: 1 }, { double: 1.01 }, 0.02, true],
    ["double", { double: 1 }, { double: 1.03 }, 0.02, false],
    ["big", { big: "100" }, { big: "99" }, 1, true],
    ["big", { big: "100" }, { big: "98" }, 1, false],
    ["list.double", { list: [{ double: 1 }] }, { list: [{ double: 2 }] }, 1, true],
    ["by_name.double", { byName: { x: { double: 1 } } }, { byName: { x: {} } }, 1, true],
    ["double", { double: "Infinity" }, { double: 1 }, 1e300, false],
    ["double", { double: "NaN" }, { double: 1 }, 1e300, false],
  ])("allows a difference of %s in %j and %j of %d: %s", (path, one, other, by, isAllowed) => {
    const found = difference(one, other, { ...none, tolerance: { [path]: by } });
    expect(found === null).toBe(isAllowed);
  });

  it("does not look at what may differ, at any depth", () => {
    const paths = ["text", "list.inner"];
    const allowance = { ...none, mayDiffer: (path: string) => paths.includes(path) };
    expect(difference({ text: "a" }, { text: "b" }, allowance)).toBeNull();
    expect(difference({ list: [{ inner: {} }] }, { list: [{}] }, allowance)).toBeNull();
    expect(difference({ inner: {} }, {}, allowance)).toMatchObject({ path: "inner" });
  });
});
