import { describe, expect, it } from "vitest";
import {
  breaking,
  compileProto,
  onlyFile,
  type Protos,
  sideOfCompiled,
} from "../testing/compile-proto.ts";
import type { Change } from "./change.ts";
import { locate } from "./locate.ts";

/** What buf finds, located, by rule. */
async function changes(before: Protos, after: Protos): Promise<readonly Change[]> {
  const [a, b] = await Promise.all([compileProto(before), compileProto(after)]);
  const found = await breaking(a, b);
  return found.map((finding) => locate(finding, sideOfCompiled(a), sideOfCompiled(b)));
}

async function changeOf(rule: string, before: Protos, after: Protos): Promise<Change | undefined> {
  return (await changes(before, after)).find((change) => change.rule === rule);
}

const order = `message Order {
  string id = 1;
  message Line {
    // How many.
    int32 count = 1
      [deprecated = true];
  }
  oneof pay { string card = 2; }
}
enum Kind {
  KIND_UNSPECIFIED = 0;
  KIND_BOOK = 1;
}
service Shop {
  rpc Buy(Order) returns (Order);
  rpc Ask(Order) returns (Order) {
    option idempotency_level = IDEMPOTENT;
  }
}
`;
const p = "acme.shop.v1";
const proposal = (line: number, column: number): Change["place"] => ({
  side: "proposal",
  file: onlyFile,
  line,
  column,
});
const baseline = (line: number, file = onlyFile): Change["place"] => ({
  side: "baseline",
  file,
  line,
  column: 1,
});

describe.concurrent("locate gives the name, the place and both texts of", () => {
  it.each<[string, string, string, string, Partial<Change>]>([
    [
      "a field that is gone, at its message",
      "FIELD_NO_DELETE",
      "  string id = 1;\n",
      "",
      {
        element: `${p}.Order.id`,
        place: proposal(2, 1),
        before: "string id = 1;",
        after: null,
      },
    ],
    [
      "a field of a nested message, over lines",
      "FIELD_NO_DELETE",
      "    int32 count = 1\n      [deprecated = true];\n",
      "",
      {
        element: `${p}.Order.Line.count`,
        before: "int32 count = 1 [deprecated = true];",
        place: proposal(4, 3),
      },
    ],
    [
      "a field with another type",
      "FIELD_SAME_TYPE",
      "string id = 1;",
      "bytes id = 1;",
      {
        element: `${p}.Order.id`,
        place: proposal(3, 3),
        before: "string id = 1;",
        after: "bytes id = 1;",
      },
    ],
    [
      "a field with another name",
      "FIELD_SAME_NAME",
      "string id = 1;",
      "string key = 1;",
      { element: `${p}.Order.key`, before: "string id = 1;", after: "string key = 1;" },
    ],
    [
      "a oneof that is gone",
      "ONEOF_NO_DELETE",
      "oneof pay { string card = 2; }",
      "string card = 2;",
      {
        element: `${p}.Order.pay`,
        before: "oneof pay { string card = 2; }",
        after: null,
        place: proposal(2, 1),
      },
    ],
    [
      "a value that is gone, at its enum",
      "ENUM_VALUE_NO_DELETE",
      "  KIND_BOOK = 1;\n",
      "",
      {
        element: `${p}.Kind.KIND_BOOK`,
        place: proposal(11, 1),
        before: "KIND_BOOK = 1;",
        after: null,
      },
    ],
    [
      "a value with another name",
      "ENUM_VALUE_SAME_NAME",
      "KIND_BOOK",
      "KIND_TOME",
      { element: `${p}.Kind.KIND_TOME`, before: "KIND_BOOK = 1;", after: "KIND_TOME = 1;" },
    ],
    [
      "an rpc that is gone, at its service",
      "RPC_NO_DELETE",
      "  rpc Buy(Order) returns (Order);\n",
      "",
      {
        element: `${p}.Shop.Buy`,
        place: proposal(15, 1),
        before: "rpc Buy(Order) returns (Order);",
        after: null,
      },
    ],
    [
      "an rpc that streams",
      "RPC_SAME_SERVER_STREAMING",
      "rpc Buy(Order) returns (Order);",
      "rpc Buy(Order) returns (stream Order);",
      { element: `${p}.Shop.Buy`, after: "rpc Buy(Order) returns (stream Order);" },
    ],
    [
      "an rpc that lost an option",
      "RPC_SAME_IDEMPOTENCY_LEVEL",
      " {\n    option idempotency_level = IDEMPOTENT;\n  }",
      ";",
      {
        element: `${p}.Shop.Ask`,
        place: proposal(17, 1),
        after: "rpc Ask(Order) returns (Order);",
      },
    ],
    [
      "a nested message that is gone, at what held it",
      "MESSAGE_NO_DELETE",
      / {2}message Line[\s\S]*?\n {2}\}\n/.exec(order)?.[0] ?? "",
      "",
      {
        element: `${p}.Order.Line`,
        place: proposal(2, 1),
        before: "message Line {",
        after: null,
      },
    ],
    [
      "an enum that is gone, where it stood",
      "ENUM_NO_DELETE",
      /enum Kind[\s\S]*?\n\}\n/.exec(order)?.[0] ?? "",
      "",
      {
        element: `${p}.Kind`,
        place: baseline(11),
        before: "enum Kind {",
        after: null,
      },
    ],
    [
      "a service that is gone, where it stood",
      "PACKAGE_SERVICE_NO_DELETE",
      /service Shop[\s\S]*?\n\}\n/.exec(order)?.[0] ?? "",
      "",
      {
        element: `${p}.Shop`,
        place: baseline(15),
        before: "service Shop {",
        after: null,
      },
    ],
    [
      "an option of the file",
      "FILE_SAME_JAVA_PACKAGE",
      "message Order {",
      'option java_package = "x";\nmessage Order {',
      { element: onlyFile, place: proposal(2, 1), before: null, after: null },
    ],
  ])("%s", async (_what, rule, from, to, expected) => {
    expect(order.split(from)).toHaveLength(2);
    expect(await changeOf(rule, order, order.replace(from, to))).toMatchObject(expected);
  });

  const file = (protoPackage: string, text: string) =>
    `syntax = "proto3";\npackage ${protoPackage};\n\n${text}\n`;
  const two = {
    "a/a.proto": file("a.v1", "message A {\n  string x = 1;\n}"),
    "b/b.proto": file("b.v1", "message B {}"),
  };

  it("a file that is gone", async () => {
    const change = await changeOf("FILE_NO_DELETE", two, { "b/b.proto": two["b/b.proto"] });
    expect(change).toMatchObject({
      element: "a/a.proto",
      place: baseline(1, "a/a.proto"),
      before: null,
      after: null,
    });
  });

  it("a package that is gone, in its first file", async () => {
    const change = await changeOf("PACKAGE_NO_DELETE", two, { "b/b.proto": two["b/b.proto"] });
    expect(change).toMatchObject({ element: "a.v1", place: baseline(1, "a/a.proto") });
  });

  it("a message that left with its file, where it stood", async () => {
    const also = { ...two, "a/c.proto": file("a.v1", "message C {}") };
    const { "a/a.proto": _gone, ...rest } = also;
    const change = await changeOf("PACKAGE_MESSAGE_NO_DELETE", also, rest);
    expect(change).toMatchObject({
      element: "a.v1.A",
      place: baseline(4, "a/a.proto"),
      before: "message A {",
    });
  });

  it("a field of a message that moved to another file", async () => {
    const also = { ...two, "a/c.proto": file("a.v1", "message C {}") };
    const moved = {
      ...also,
      "a/a.proto": file("a.v1", ""),
      "a/c.proto": file("a.v1", "message C {}\nmessage A {\n  bytes x = 1;\n}"),
    };
    expect(await changeOf("FIELD_SAME_TYPE", also, moved)).toMatchObject({
      element: "a.v1.A.x",
      place: { side: "proposal", file: "a/c.proto", line: 6, column: 3 },
      before: "string x = 1;",
      after: "bytes x = 1;",
    });
    expect(await changeOf("MESSAGE_NO_DELETE", also, moved)).toMatchObject({
      element: "a.v1.A",
      place: baseline(4, "a/a.proto"),
    });
  });

  it("an extension that is gone, or has another type", async () => {
    const text = (extension: string) =>
      `syntax = "proto2"; package p;\nmessage A { extensions 1 to 9; message N { ${extension} } }\n${extension.replace("e = 1", "f = 2")}`;
    const before = { "p.proto": text("extend A { optional string e = 1; }") };
    expect(await changeOf("EXTENSION_NO_DELETE", before, { "p.proto": text("") })).toMatchObject({
      element: "p.f",
      place: baseline(3, "p.proto"),
      before: "extend A { optional string f = 2; }",
    });
    const retyped = { "p.proto": text("extend A { optional int32 e = 1; }") };
    const elements = (await changes(before, retyped))
      .filter((change) => change.rule === "FIELD_SAME_TYPE")
      .map((change) => change.element);
    expect(elements.sort()).toEqual(["p.A.N.e", "p.f"]);
  });
});

it("locate cuts what it quotes, and drops buf's links", async () => {
  const long = (type: string) => `message A { ${type} x = 1 [json_name = "${"y".repeat(300)}"]; }`;
  const change = await changeOf("FIELD_WIRE_COMPATIBLE_TYPE", long("string"), long("int32"));
  expect(change?.before).toHaveLength(201);
  expect(change?.message).toBe(
    'Field "1" with name "x" on message "A" changed type from "string" to "int32".',
  );
});

it("locate finds its way through ten thousand findings of one file", async () => {
  const text = (type: string) =>
    Array.from({ length: 50 }, (_, i) => {
      const fields = Array.from({ length: 70 }, (_each, j) => `  ${type} f${j} = ${j + 1};`);
      return `message M${i} {\n${fields.join("\n")}\n}\n`;
    }).join("");
  const found = await changes(text("int32"), text("string"));
  expect(found).toHaveLength(50 * 70 * 3);
  expect(new Set(found.map((change) => change.element)).size).toBe(50 * 70);
  expect(found.every((change) => change.before?.startsWith("int32 f"))).toBe(true);
});
