import type { Message } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { allMessages } from "../binding/read-bindings.ts";
import { ruleExamples } from "../gate/examples/examples.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import type { BufFinding } from "../gate/locate.ts";
import { ruleOf } from "../gate/rules.ts";
import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import { acceptedChanges } from "../testing/accepted-changes.ts";
import { type CompiledCases, compileCases, type ProtoChange } from "../testing/compile-cases.ts";
import { type Harm, harmedInPassing } from "../testing/passing-through.ts";
import { refusedChanges } from "../testing/refused-changes.ts";
import { guardOf } from "./guard.ts";

const nowMs = Date.UTC(2026, 0, 1);
const inFile = (text: string) => ({
  "acme/pass/v1/pass.proto": `syntax = "proto3"; package acme.pass.v1; ${text}`,
});

/** What becomes of messages that pass through a release with the other text. */
const changes: readonly (readonly [was: string, now: string, harm: Harm["kind"] | null])[] = [
  ["message A { string a = 1; }", "message A { string a = 1; int32 b = 2; }", null],
  ["message A { string a = 1; int32 b = 2; }", "message A { string a = 1; }", null],
  ["message A { repeated B b = 1; } message B { int32 n = 1; }", "message A {}", null],
  ["message A { int32 a = 1; }", "message A { int64 a = 1; }", null],
  ["message A { int64 a = 1; }", "message A { int32 a = 1; }", "changed"],
  ["message A { int32 a = 1; }", "message A { bool a = 1; }", "changed"],
  ["message A { string a = 1; }", "message A { bytes a = 1; }", null],
  ["message A { bytes a = 1; }", "message A { string a = 1; }", "unreadable"],
  [
    "message A { string a = 1; }",
    "message A { B a = 1; } message B { int32 n = 1; }",
    "unreadable",
  ],
  ["message A { repeated string a = 1; }", "message A { string a = 1; }", "changed"],
  [
    "message A { string a = 1; string b = 2; }",
    "message A { oneof x { string a = 1; string b = 2; } }",
    "changed",
  ],
  [
    "enum E { X = 0; Y = 1; } message A { E a = 1; }",
    "enum E { X = 0; } message A { E a = 1; }",
    null,
  ],
];

const matrix: readonly (ProtoChange & { readonly what: string })[] = [
  ...refusedChanges,
  ...acceptedChanges,
  ...[...ruleExamples].map(([rule, { before, after }]) => ({
    what: `the example of ${rule}`,
    base: before,
    edit: () => after,
  })),
];

let own: CompiledCases;
let compiled: CompiledCases;
let found: readonly (readonly BufFinding[])[];

beforeAll(async () => {
  own = await compileCases(
    changes.map(([was, now]) => ({ base: inFile(was), edit: () => inFile(now) })),
  );
  compiled = await compileCases(matrix);
  found = await compiled.breaking();
});

/** The harm to some message that both revisions have. */
function harmBetween(old: LinkedRevision, now: LinkedRevision, runs: number): Harm | null {
  const guard = guardOf(old.registry, nowMs);
  for (const { path } of old.files) {
    for (const desc of allMessages(old.registry.getFile(path)?.messages ?? [])) {
      const through = now.registry.getMessage(desc.typeName);
      const harm = through === undefined ? null : harmedInPassing(guard, desc, through, runs);
      if (harm !== null) return harm;
    }
  }
  return null;
}

describe("harmedInPassing", () => {
  it.each(changes)("%s through %s: %s", (was, _now, kind) => {
    const at = changes.findIndex((each) => each[0] === was && each[1] === _now);
    const one = own.cases[at];
    if (one === undefined) throw new Error("it was not compiled");
    expect(harmBetween(one.old, one.now, 200)?.kind ?? null).toBe(kind);
  });

  it("gives the smallest message", () => {
    const at = changes.findIndex(([, now]) => now.includes("oneof"));
    const one = own.cases[at];
    if (one === undefined) throw new Error("it was not compiled");
    const { message } = harmBetween(one.old, one.now, 200) ?? {};
    const { a, b } = message as Message & { a: string; b: string };
    expect([a.length, b.length]).toEqual([1, 1]);
  });
});

describe("the gate", () => {
  const blocks = strictnessOf(defaultPolicy, "acme/shop");
  const isRefused = (findings: readonly BufFinding[]) =>
    findings.some((finding) => {
      const rule = ruleOf(finding.rule);
      return blocks(rule, rule.tier, null);
    });

  it("refuses every change of the matrix by which a message is harmed", () => {
    const harmed = compiled.cases.flatMap(({ old, now }, at) => {
      const harm = harmBetween(old, now, 8) ?? harmBetween(now, old, 8);
      return harm === null ? [] : [{ what: matrix[at]?.what, found: found[at] ?? [] }];
    });
    expect(harmed.length).toBeGreaterThan(10);
    expect(harmed.filter((each) => !isRefused(each.found)).map(({ what }) => what)).toEqual([]);
  });
});
