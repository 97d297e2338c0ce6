import { createFileRegistry } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { nameOf } from "../gate/locate.ts";
import { type CompiledProtos, compileProto } from "../testing/compile-proto.ts";
import { readImage } from "./image.ts";
import { sourceLines } from "./source-lines.ts";

// Map entries, groups and the oneofs of optional fields are parts that the source does not show.
const text = `syntax = "proto2"; package p;
message A {
  map<string, int32> m = 1;
  optional string x = 2;
  message In { optional int32 y = 1; enum E { U = 0;
    V = 1; } }
  oneof o {
    string a = 3;
    In b = 4;
  }
  optional group Gr = 5 {
    optional int32 z = 1;
  }
  extensions 100 to 200;
  extend A { optional string inner = 100; }
}
enum F { F_U = 0; F_V = 1; }
service S {
  rpc R(A) returns (A);
  rpc T(A) returns (A) { option deprecated = true; }
}
extend A { optional string outer = 101; }
`;

let compiled: CompiledProtos;
beforeAll(async () => {
  compiled = await compileProto({
    "p.proto": text,
    "q.proto":
      'syntax = "proto3"; package q;\nmessage B { optional int32 a = 1; oneof o {\nint32 b = 2; }\nmap<int32, B> m = 3;\nmessage In {}\n}',
  });
});

const linesOf = (path: string) => {
  const file = compiled.registry.getFile(path);
  if (file === undefined) throw new Error(`${path} is compiled`);
  return { file, lines: sourceLines(file) };
};

describe("sourceLines", () => {
  it.each([
    ["syntax", null],
    ["message A", "p.A"],
    ["map<", "p.A.m"],
    ["m = 1", "p.A.m"],
    ["x = 2", "p.A.x"],
    ["message In", "p.A.In"],
    ["y = 1", "p.A.In.y"],
    ["enum E", "p.A.In.E"],
    ["U = 0", "p.A.In.E.U"],
    ["V = 1", "p.A.In.E.V"],
    ["oneof o", "p.A.o"],
    ["a = 3", "p.A.a"],
    ["b = 4", "p.A.b"],
    ["z = 1", "p.A.Gr.z"],
    ["extensions 100", "p.A"],
    ["inner = 100", "p.A.inner"],
    ["F_V", "p.F.F_V"],
    ["service", "p.S"],
    ["rpc T", "p.S.T"],
    ["deprecated", "p.S.T"],
    ["outer", "p.outer"],
  ])("at the position of %j finds %j", (what, expected) => {
    const before = text.slice(0, text.indexOf(what)).split("\n");
    const found = linesOf("p.proto").lines.at(before.length, (before.at(-1)?.length ?? 0) + 1);
    expect(found === null ? null : nameOf(found)).toBe(expected);
  });

  it("finds nothing between and behind elements", () => {
    const { lines } = linesOf("p.proto");
    expect(lines.at(1, 40)).toBeNull();
    expect(lines.at(text.split("\n").length + 5, 1)).toBeNull();
    expect(lines.at(0, 0)).toBeNull();
  });

  it("gives the place and the span of parts that follow what the source does not show", () => {
    const { file, lines } = linesOf("q.proto");
    const message = file.messages[0];
    const [inner, b] = [message?.nestedMessages[0], message?.field.b];
    const oneof = message?.oneofs[0];
    if (inner === undefined || b === undefined || oneof === undefined) throw new Error("q.B");
    expect(lines.place(inner)).toEqual({ file: "q.proto", line: 5 });
    expect(lines.span(oneof)).toMatchObject({ first: 2, last: 3 });
    expect(lines.span(b)).toMatchObject({ first: 3, last: 3 });
  });

  it("places on line 1 what has no source info", () => {
    const set = readImage(compiled.image);
    for (const file of set.file) file.sourceCodeInfo = undefined;
    const message = createFileRegistry(set).getMessage("p.A");
    if (message === undefined) throw new Error("p.A is compiled");
    const lines = sourceLines(message.file);
    expect(lines.place(message)).toEqual({ file: "p.proto", line: 1 });
    expect(lines.span(message)).toBeNull();
    expect(lines.at(2, 1)).toBeNull();
  });
});
