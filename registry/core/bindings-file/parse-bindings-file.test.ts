import { describe, expect, it } from "vitest";
import * as options from "../gen/charter/nats/v1/binding_pb.js";
import { limits } from "../limits.ts";
import schema from "./bindings.schema.json" with { type: "json" };
import { parseBindingsFile } from "./parse-bindings-file.ts";

describe("parseBindingsFile", () => {
  it("reads every section with its lines", () => {
    const text = `# yaml-language-server: $schema=x
services:
  a.v1.S: {queue_group: q.a}
requests:

  a.v1.S.R:
    subject: a.b
events:
  a.v1.E: {subject: "a.{id}"}
sensitive:
  - a.v1.E.id
`;
    expect(parseBindingsFile(text)).toEqual({
      ok: true,
      entries: [
        { section: "services", element: "a.v1.S", options: { queue_group: "q.a" }, line: 3 },
        { section: "requests", element: "a.v1.S.R", options: { subject: "a.b" }, line: 6 },
        { section: "events", element: "a.v1.E", options: { subject: "a.{id}" }, line: 9 },
        { section: "sensitive", element: "a.v1.E.id", line: 11 },
      ],
    });
  });

  it.each(["", "# nothing yet\n", "requests: {}\n"])("takes %j for no binding", (text) => {
    expect(parseBindingsFile(text)).toEqual({ ok: true, entries: [] });
  });

  it.each([
    ["requests: [", 1, "it is no valid YAML: "],
    ["\nreqests: {}", 2, "reqests: there is no such key here; there are services, requests"],
    ["- a", 1, "it must be object"],
    [
      "events:\n  a.E: {subject: a.b, stream: {name: A, size: 1}}",
      2,
      "there are name, max_age_s, max_bytes",
    ],
    ["events:\n  a.E:\n    stream: {name: A}", 2, "events: a.E: subject is missing"],
    ["events:\n  a.E:\n    subject: 1", 3, "events: a.E: subject: it must be string"],
    ["requests:\n  a.S.R:\n    subject: a\n    deadline_ms: -1", 4, "deadline_ms: it must be >= 0"],
    [
      "requests:\n  a.S.R:\n    subject: a\n    compression: zstd",
      4,
      "it must be COMPRESSION_UNSPECIFIED or COMPRESSION_ZSTD",
    ],
    [
      "requests:\n  Generate:\n    subject: a",
      2,
      "requests: Generate: it must be a full name of protobuf with its package",
    ],
    ["sensitive:\n  - a.b\n  - c d", 3, "sensitive: 1: it must be a full name"],
    ["events:\n  a.E: {subject: a}\n  a.E: {subject: b}", 3, "events: a.E is there twice"],
    [
      "services:\n  a.S: &x {owner: b}\n  a.T: *x",
      3,
      "*x is an alias; write out what it stands for",
    ],
    ["? [a]\n: b", 1, "a key must be plain text"],
    ["services:\n  a.S: {owner: [[[[1]]]]}", 2, "it is nested too deeply"],
    [`services: {a.S: {owner: ${"[".repeat(20_000)}`, 1, "it is no valid YAML"],
    [
      `a: ${"x".repeat(limits.bindingsFileLength)}`,
      1,
      `at most ${limits.bindingsFileLength} are allowed`,
    ],
  ])("refuses what is wrong, case %#", (text, line, message) => {
    const read = parseBindingsFile(text);
    expect(read.ok ? [] : read.problems).toContainEqual({
      file: "bindings.yaml",
      line,
      message: expect.stringContaining(message),
    });
  });

  it("says no more than a reader can mend", () => {
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join("\n");
    const read = parseBindingsFile(keys);
    expect(read.ok ? [] : read.problems).toHaveLength(limits.placesPerFailure);
  });
});

describe("bindings.schema.json", () => {
  const definitions: Readonly<Record<string, Node>> = schema.definitions;
  interface Node {
    readonly description?: string;
    readonly $ref?: string;
    readonly properties?: Readonly<Record<string, Node>>;
    readonly enum?: readonly string[];
  }

  it.each([
    ["ServiceContract", options.ServiceContractSchema, []],
    ["RequestBinding", options.RequestBindingSchema, ["idempotency_level"]],
    ["FramesBinding", options.FramesBindingSchema, []],
    ["EventBinding", options.EventBindingSchema, []],
    ["StreamBinding", options.StreamBindingSchema, []],
  ] as const)("has the fields of %s in binding.proto", (name, option, more) => {
    const keys = Object.keys(definitions[name]?.properties ?? {});
    expect(keys.sort()).toEqual([...option.fields.map((field) => field.name), ...more].sort());
  });

  it.each([
    ["Compression", options.CompressionSchema],
    ["Encryption", options.EncryptionSchema],
  ] as const)("has the values of %s in binding.proto", (name, option) => {
    expect(definitions[name]?.enum).toEqual(option.values.map((value) => value.name));
  });

  it("describes every property, for editors", () => {
    const all = [schema as Node, ...Object.values(definitions)].flatMap((each) =>
      Object.entries(each.properties ?? {}),
    );
    const bare = all.filter(([, { description, $ref }]) => {
      const target = definitions[$ref?.replace("#/definitions/", "") ?? ""];
      return description === undefined && target?.description === undefined;
    });
    expect(all.length).toBeGreaterThan(20);
    expect(bare).toEqual([]);
  });
});
