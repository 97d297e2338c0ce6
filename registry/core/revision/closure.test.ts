import { describe, expect, it } from "vitest";
import { compileProto } from "../testing/compile-proto.ts";
import { typeGraph } from "./closure.ts";

const graphOf = async (text: string, path = "acme/a.proto") =>
  typeGraph((await compileProto({ [path]: text })).registry);

const proto3 = 'syntax = "proto3"; package p;';

describe("typeGraph.closure", () => {
  it("holds a type and all that it refers to, through lists, maps, oneofs and circles", async () => {
    const graph = await graphOf(`${proto3}
      message A { repeated B b = 1; map<string, C> c = 2; oneof o { D d = 3; } N.E e = 4; A a = 5; }
      message B { C c = 1; } message C { B b = 1; } message D {} message Other { A a = 1; }
      message N { enum E { E_U = 0; } message Inner {} }`);
    expect(graph.closure("p.A")).toEqual(["p.A", "p.B", "p.C", "p.D", "p.N.E"]);
    expect(graph.closure("p.C")).toEqual(["p.B", "p.C"]);
    expect(graph.closure("p.N.E")).toEqual(["p.N.E"]);
    expect(graph.closure("p.Nothing")).toEqual(["p.Nothing"]);
  });
});

describe("typeGraph.closureDigest", () => {
  const circle = `${proto3} message A { B b = 1; } message B { A a = 1; string x = 2; }`;

  it("of types that refer to each other changes with either", async () => {
    const before = await graphOf(circle);
    const after = await graphOf(circle.replace("string x", "bytes x"));
    expect(after.digest("p.A")).toBe(before.digest("p.A"));
    expect(after.closureDigest("p.A")).not.toBe(before.closureDigest("p.A"));
    expect(after.closureDigest("p.B")).not.toBe(before.closureDigest("p.B"));
    expect((await graphOf(circle)).closureDigest("p.A")).toBe(before.closureDigest("p.A"));
  });

  it("of a message does not change with a message that is nested in it and not used", async () => {
    const text = (inner: string) => `${proto3} message A { string x = 1; message N { ${inner} } }`;
    const [a, b] = [await graphOf(text("")), await graphOf(text("string y = 1;"))];
    expect(b.closureDigest("p.A")).toBe(a.closureDigest("p.A"));
  });
});

describe("typeGraph.digest changes with what a file says for its messages", () => {
  const edition = (feature: string, body: string) =>
    `edition = "2023"; package p; ${feature} ${body}`;
  const a = "message A { string x = 1; repeated int32 y = 2; A z = 3; E e = 4; } enum E { U = 0; }";

  it.each([
    ["the encoding of messages", "option features.message_encoding = DELIMITED;", "p.A"],
    ["the packing of numbers", "option features.repeated_field_encoding = EXPANDED;", "p.A"],
    ["the check of text", "option features.utf8_validation = NONE;", "p.A"],
    ["presence", "option features.field_presence = IMPLICIT;", "p.A"],
    ["whether enums are open", "option features.enum_type = CLOSED;", "p.E"],
  ])("%s", async (_what, feature, type) => {
    const [before, after] = [await graphOf(edition("", a)), await graphOf(edition(feature, a))];
    expect(after.digest(type)).not.toBe(before.digest(type));
  });

  it("but not with the way in which the same is said", async () => {
    const [three, later] = [
      await graphOf(`${proto3} message A { string x = 1; repeated int32 y = 2; }`),
      await graphOf(
        edition(
          "option features.field_presence = IMPLICIT;",
          "message A { string x = 1; repeated int32 y = 2; }",
        ),
      ),
    ];
    expect(later.digest("p.A")).toBe(three.digest("p.A"));
  });

  it("the first value of a closed enum, which is its default", async () => {
    const text = (values: string) => `syntax = "proto2"; package p; enum E { ${values} }`;
    const [a, b] = [await graphOf(text("X = 1; Y = 2;")), await graphOf(text("Y = 2; X = 1;"))];
    expect(b.digest("p.E")).not.toBe(a.digest("p.E"));
  });
});
