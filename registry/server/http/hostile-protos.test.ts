import { describe, expect, it } from "vitest";
import { limits } from "../../core/limits.ts";
import { proto } from "../testing/protos.ts";
import {
  type Expected,
  evil,
  expectProblem,
  fileBody,
  underAttack,
} from "../testing/under-attack.ts";

const target = underAttack();
const { send } = target;

describe("protos", () => {
  const nested = (depth: number) => "message A {".repeat(depth) + "}".repeat(depth);
  const option = (value: string) =>
    evil(`message A { option (charter.nats.v1.event) = {${value}}; string id = 1; }`);
  const fields = (count: number) =>
    Array.from({ length: count }, (_, i) => `int32 a${i} = ${i + 1};`).join("\n");

  it.each<[string, string, Expected]>([
    ["deep messages", evil(nested(10_000)), { code: "INVALID_REQUEST" }],
    [
      "messages one level too deep",
      evil(nested(limits.nestingDepth + 1)),
      { code: "INVALID_REQUEST" },
    ],
    [
      "deep brackets in an option",
      option(`a: ${"[".repeat(100_000)}`),
      { code: "INVALID_REQUEST" },
    ],
    [
      "deep angle brackets in an option",
      option(`stream ${"<a".repeat(300_000)}`),
      { code: "INVALID_REQUEST" },
    ],
    [
      "a message of very many fields",
      evil(`message A {${fields(20_000)}}`),
      { code: "INVALID_REQUEST" },
    ],
    [
      "very many fields on one line",
      evil(`message A {${fields(1900).replaceAll("\n", "")}}`),
      { code: "INVALID_REQUEST" },
    ],
    ["an unterminated comment", evil(`/* ${"a".repeat(500_000)}`), { code: "COMPILE_FAILED" }],
    [
      "an unterminated string",
      evil(`message A { option deprecated = "${"a".repeat(500_000)}`),
      { code: "COMPILE_FAILED" },
    ],
    [
      "a subject as long as a file",
      option(`subject: "${"a".repeat(900_000)}"`),
      { code: "BINDING_INVALID" },
    ],
    [
      "a subject with a line break",
      option('subject: "acme.evil.sent.v1\\r\\nPUB a 1"'),
      { code: "BINDING_INVALID" },
    ],
    ["a subject with a wildcard", option('subject: "acme.evil.>"'), { code: "BINDING_INVALID" }],
    [
      "a subject with other letters",
      option('subject: "acme.évil.sent.v1"'),
      { code: "BINDING_INVALID" },
    ],
    ["a subject that is no UTF-8", option('subject: "acme.\\377.sent.v1"'), {}],
    [
      "an import of a file of the machine",
      evil("", ["/etc/passwd"]),
      { code: "IMPORT_NOT_REGISTERED" },
    ],
    [
      "an import that climbs",
      evil("", ["../../../../etc/passwd"]),
      { code: "IMPORT_NOT_REGISTERED" },
    ],
    ["an import of itself", evil("", ["acme/evil/v1/evil.proto"]), { code: "COMPILE_FAILED" }],
    [
      "an import of what the registry does not supply",
      evil("", ["google/protobuf/none.proto"]),
      { code: "COMPILE_FAILED" },
    ],
    [
      "an import that is written in escapes",
      evil('import "\\x2fetc\\x2fpasswd";'),
      { code: "IMPORT_NOT_REGISTERED" },
    ],
    ["a NUL", evil("message A {\0}"), { code: "COMPILE_FAILED" }],
    [
      "half of a surrogate pair in a comment",
      evil("// \ud800\nmessage A {}"),
      { code: "INVALID_REQUEST" },
    ],
    ["no proto at all", "%PDF-1.7", { code: "COMPILE_FAILED" }],
    ["nothing", "", {}],
    [
      "errors without end",
      evil(`message A {\n${fields(1900).replaceAll("int32", "Missing")}}`),
      { code: "COMPILE_FAILED" },
    ],
    [
      "an error on a line of a megabyte",
      evil(`message A { int32 ${"a".repeat(900_000)} = 1 }`),
      { code: "COMPILE_FAILED" },
    ],
    [
      "an edition that nobody knows",
      'edition = "9999"; package acme.evil.v1;',
      { code: "COMPILE_FAILED" },
    ],
  ])("%s", async (_what, content, expected) => {
    const problem = await expectProblem(await send(fileBody(content)), expected);
    expect(problem.places.length).toBeLessThanOrEqual(limits.placesPerFailure);
    expect(JSON.stringify(problem)).not.toContain("root:");
  });

  it("a million fields, in as many files as it takes", async () => {
    const perFile = 25_000;
    const content = (i: number) =>
      evil(
        Array.from(
          { length: perFile / 1000 },
          (_, m) => `message F${i}M${m} {${"int32 a=1;\n".repeat(1000)}}`,
        ).join(""),
      );
    const files = Array.from({ length: 20 }, (_, i) => ({
      path: `acme/evil/v1/f${i}.proto`,
      content: content(i),
    }));
    const body = JSON.stringify({ modules: [{ name: "acme/evil", files }] });
    expect(body.length).toBeLessThan(limits.requestBytes);
    const problem = await expectProblem(await send(body), { code: "INVALID_REQUEST" });
    expect(problem.detail).toContain(`${limits.elementsPerProposal}`);
  });

  it("that differ from head in more than can be printed are refused", async () => {
    const name = "A".repeat(1000);
    const body = (type: string) =>
      Array.from(
        { length: 4 },
        (_, m) =>
          `message ${name}${m} {${Array.from({ length: 1900 }, (_, i) => `${type} a${i}=${i + 1};`).join("\n")}}`,
      ).join("\n");
    const path = "acme/wide/v1/wide.proto";
    const wide = (type: string) =>
      JSON.stringify({
        modules: [
          { name: "acme/wide", files: [{ path, content: proto("acme.wide.v1", body(type)) }] },
        ],
      });
    expect((await send(wide("int32"))).status).toBe(201);
    target.accept();
    const problem = await expectProblem(await send(wide("string")), { code: "INVALID_REQUEST" });
    expect(problem.detail).toContain("too large to be compared");
  });

  it("that make the compiler print megabytes are stopped, and the answer stays short", async () => {
    const name = "A".repeat(500);
    const errors = Array.from({ length: 1500 }, (_, i) => `${name}${i} a${i} = ${i + 1};`).join(
      "\n",
    );
    const files = Array.from({ length: 7 }, (_, i) => ({
      path: `acme/evil/v1/f${i}.proto`,
      content: evil(`message M${i} {\n${errors}\n}`),
    }));
    const body = JSON.stringify({ modules: [{ name: "acme/evil", files }] });
    await expectProblem(await send(body), { code: "COMPILE_FAILED" });
  });
});
