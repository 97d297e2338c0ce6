import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { scanProto } from "./scan.ts";

const imports = (text: string) =>
  scanProto("a.proto", text).imports.map(({ path, line }) => `${path}:${line}`);

describe("scanProto reads the imports", () => {
  it.each<[string, string, string[]]>([
    [
      "of every kind",
      'import "a.proto";\nimport public "b.proto";\nimport weak "c.proto";',
      ["a.proto:1", "b.proto:2", "c.proto:3"],
    ],
    ["in single quotes", "import 'a.proto';", ["a.proto:1"]],
    [
      "without spaces",
      'syntax="proto3";import"a.proto";import\'b.proto\';',
      ["a.proto:1", "b.proto:1"],
    ],
    ["over lines", 'import\n\n  "a.proto"\n;', ["a.proto:3"]],
    ["with Windows line ends", 'syntax = "proto3";\r\nimport "a.proto";\r\n', ["a.proto:2"]],
    ["after a byte order mark", '\ufeffimport "a.proto";', ["a.proto:1"]],
    ["between comments", 'import /* "x.proto"; */ "a.proto"; // import "y.proto";', ["a.proto:1"]],
    ["after a comment of several lines", '/* a\n * b "\n */ import "a.proto";', ["a.proto:3"]],
    ["after messages", 'message A { int32 x = 1; }\nimport "a.proto";', ["a.proto:2"]],
    [
      "after an option that holds braces",
      'option (o) = { a: "}" b: <c: "x"> d: [1, 2] };\nimport "a.proto";',
      ["a.proto:2"],
    ],
    ["but no comment", '// import "a.proto";\n/* import "b.proto"; */', []],
    [
      "but no end of a comment within a string",
      'option a = "/*"; import "b.proto"; // */',
      ["b.proto:1"],
    ],
    ["but no string of an option", 'option import = "a.proto"; option (import) = "b.proto";', []],
    ["but no text within a string", 'option a = "import \\"b.proto\\";";', []],
    [
      "but no field or message that is named so",
      'message import { string import = 1 [json_name = "x"]; reserved "a.proto"; }',
      [],
    ],
    ["but no package that is named so", 'package import; option a = "x";', []],
    ["but no word that begins so", 'imports "a.proto"; import_ "b.proto"; foo.import "c";', []],
    ["up to a comment without an end", 'import "a.proto"; /* import "b.proto";', ["a.proto:1"]],
    ["after a string without an end", 'option a = "x\nimport "b.proto";', ["b.proto:2"]],
  ])("%s", (_what, text, expected) => {
    expect(imports(text)).toEqual(expected);
  });

  it("whatever comments and line breaks stand between them", () => {
    const gap = fc.constantFrom("\n", " ", '// import "x"\n', "/* \" ' ; */", "\r\n", ";");
    const part = fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.array(gap, { maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        let text = "";
        const expected = parts.map(([name, gaps]) => {
          text += gaps.join("");
          const line = text.split("\n").length;
          text += `import "${name}.proto";`;
          return { path: `${name}.proto`, line };
        });
        expect(scanProto("a.proto", text).imports).toEqual(expected);
      }),
    );
  });
});

describe("scanProto bounds", () => {
  const { nestingDepth, fieldsPerMessage } = limits;
  const field = "a b=1;\n";
  const deep = "nesting is deeper than 64 levels";
  const many = "a block has more than 2000 statements";
  const line = "more than 200 elements are on one line";
  const fields = `message A {${field.repeat(fieldsPerMessage)}}`;

  it.each([
    ["braces", "{".repeat(nestingDepth + 1), deep],
    ["brackets of every kind", "{[(<".repeat(nestingDepth / 4).concat("{"), deep],
    ["angle brackets of an option", `option (o) = ${"a:<".repeat(nestingDepth + 1)}`, deep],
    ["fields", `message A {${field.repeat(fieldsPerMessage + 1)}}`, many],
    ["rpcs with bodies", `service S {${"rpc A(B) returns (C) {}\n".repeat(2001)}}`, many],
    ["fields on a line", "a b=1;".repeat(limits.elementsPerLine + 1), "are on one line"],
    ["values of a line", `reserved ${"1,".repeat(limits.elementsPerLine + 1)}`, "are on one line"],
    ["elements on a line", `enum E {${"A=0;".repeat(limits.elementsPerLine)}}`, line],
    ["reserved numbers on a line", `reserved ${"1,".repeat(limits.elementsPerLine + 1)}`, line],
    ["nested messages", `message A {${"message B {}\n".repeat(2001)}}`, many],
  ])("%s", (_what, text, reason) => {
    expect(scanProto("a.proto", text).problem?.message).toContain(reason);
  });

  it.each([
    ["that many levels", `${"message A {".repeat(nestingDepth)}${"}".repeat(nestingDepth)}`],
    ["that many fields in each of two messages", fields.repeat(2)],
    [
      "that many fields on each of two lines",
      `${"a b=1;".repeat(limits.elementsPerLine)}\n`.repeat(2),
    ],
    ["many messages in a file", "message A {}\n".repeat(5000)],
    ["braces in strings and comments", `option a = "${"{".repeat(99)}"; // ${"{".repeat(99)}`],
    ["that many elements on a line", "A=0;".repeat(limits.elementsPerLine)],
    ["ends without a beginning", "}".repeat(999)],
    ["rules of many fields", `message A {${"a b=1 [(r)={c:{d:1}}];\n".repeat(2000)}}`],
  ])("but not %s", (_what, text) => {
    expect(scanProto("a.proto", text).problem).toBeNull();
  });

  it("with the file and the line", () => {
    const text = `/*\n*/\n${"{\n".repeat(nestingDepth + 1)}`;
    const { problem } = scanProto("x/a.proto", text);
    expect(problem).toMatchObject({ file: "x/a.proto", line: 3 + nestingDepth });
  });
});

it.each([
  ["fields and values", "message A { a b=1; oneof c { d e=2; } } enum E { X=0; Y=1; }", 7],
  [
    "rpcs, with and without a body",
    "service S { rpc A(B) returns (C); rpc D(E) returns (F) {} }",
    3,
  ],
  ["messages without fields", "message A {} message B { message C {} }", 3],
])("scanProto counts %s", (_what, text, count) => {
  expect(scanProto("a.proto", text).statements).toBe(count);
});

describe("scanProto reads a megabyte that is made to stall it", () => {
  it.each([
    ["quotes", '"'.repeat(limits.fileBytes)],
    ["one string", `"${"x".repeat(limits.fileBytes)}`],
    ["escapes", `"${"\\\\".repeat(limits.fileBytes / 2)}`],
    ["lines with an open string", '"\n'.repeat(limits.fileBytes / 2)],
    ["beginnings of comments", "/*".repeat(limits.fileBytes / 2)],
    ["stars", `/${"*".repeat(limits.fileBytes)}`],
    ["slashes", "/".repeat(limits.fileBytes)],
    ["line breaks in a comment", `/*${"\n".repeat(limits.fileBytes)}`],
    ["one word", "a".repeat(limits.fileBytes)],
    ["words and dots", "a.".repeat(limits.fileBytes / 2)],
    ["ends of blocks", "}".repeat(limits.fileBytes)],
  ])("%s", (_what, text) => {
    expect(scanProto("a.proto", text)).toMatchObject({ imports: [], problem: null });
  });

  it("imports without an end, each once", () => {
    const count = Math.floor(limits.fileBytes / 'import "a"\n'.length);
    expect(imports('import "a"\n'.repeat(count))).toHaveLength(count);
  });
});
