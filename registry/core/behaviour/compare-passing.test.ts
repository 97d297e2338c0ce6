import type { DescMessage, FileRegistry } from "@bufbuild/protobuf";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { allMessages } from "../binding/read-bindings.ts";
import type { Change } from "../gate/change.ts";
import { ruleExamples } from "../gate/examples/examples.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import { variedMessages } from "../samples/messages.ts";
import { Unsatisfiable } from "../samples/values/unsatisfiable.ts";
import { acceptedChanges } from "../testing/accepted-changes.ts";
import {
  asWritten,
  type CompiledCase,
  type CompiledCases,
  compileCases,
  type ProtoChange,
} from "../testing/compile-cases.ts";
import { refusedChanges } from "../testing/refused-changes.ts";
import type { Both } from "./changed-at.ts";
import { changedForms } from "./changed-forms.ts";
import { comparePassing } from "./compare-passing.ts";
import { findHarmed } from "./find-harmed.ts";
import { type Guard, guardOf } from "./guard.ts";
import { harmTo } from "./passing-through.ts";

const nowMs = Date.UTC(2026, 0, 1);
const alone = { carriers: () => [], nowMs };

const head = `package acme.pass.v1; import "charter/nats/v1/binding.proto"; import "buf/validate/validate.proto";
message Sent { option (charter.nats.v1.event) = {subject: "acme.pass.v1"};\n`;
const inFile = (text: string) => ({
  "acme/pass/v1/pass.proto": text.startsWith("edition")
    ? text.replace(";", `; ${head}`)
    : `syntax = "proto3"; ${head}${text}`,
});
const closed = (values: string) =>
  `edition = "2023"; E a = 1; } enum E { option features.enum_type = CLOSED; X = 0; ${values} }`;
const required = (text: string) => `edition = "2023"; string id = 1; ${text} }`;
const isRequired = "[features.field_presence = LEGACY_REQUIRED]";

/** Fields of an event in two releases, and what is harmed of which message: `element json → what comes out`. */
const changes: readonly (readonly [one: string, other: string, ...harm: (string | RegExp)[]])[] = [
  ["string a = 1; }", "string a = 1; int32 b = 2; }"],
  ["repeated B b = 1; } message B { int32 n = 1; }", "}"],
  ["B b = 1; } message B { int32 n = 1; }", "C b = 1; } message C { int32 n = 1; }"],
  ["oneof x { string a = 1; }  }", "oneof y { string a = 1; string b = 2; } }"],
  ["E a = 1; } enum E { X = 0; Y = 1; }", "E a = 1; } enum E { X = 0; }"],
  ["bytes a = 1; }", "string a = 1; }", /^Sent\.a \{"a":"\S+"\} → nothing$/],
  ["int32 a = 1; }", "int64 a = 1; }", /^Sent\.a \{"a":"-?\d{10,}"\} → \{("a":"-?\d+")?\}$/],
  ["int32 a = 1; }", "bool a = 1; }", 'Sent.a {"a":2} → {"a":1}'],
  ["optional int32 a = 1; }", "int32 a = 1; }", 'Sent.a {"a":0} → {}'],
  ["string a = 1; }", "B a = 1; } message B { int32 n = 1; }", /^Sent\.a \{"a":".+"\} → nothing$/],
  ["repeated string a = 1; }", "string a = 1; }", 'Sent.a {"a":[""]} → {}'],
  [
    "string a = 1; string b = 2; }",
    "oneof x { string a = 1; string b = 2; } }",
    /^Sent\.a \{"a":".","b":"."\} → \{"b":"."\}$/u,
    /^Sent\.b \{"a":".","b":"."\} → \{"b":"."\}$/u,
  ],
  [
    "oneof x { string a = 1; } string b = 2; }",
    "oneof x { string a = 1; string b = 2; } }",
    /^Sent\.b \{"a":".?","b":"."\} → \{"b":"."\}$/u,
  ],
  [
    "B b = 1; } message B { int64 n = 1; }",
    "B b = 1; } message B { int32 n = 1; }",
    /^B\.n \{"n":"-?\d{10,}"\} → /,
  ],
  // Two changes of one message are told apart.
  [
    "int64 a = 1; int64 b = 2; }",
    "int32 a = 1; int32 b = 2; }",
    /^Sent\.a \{"a":"-?\d+"\} → /,
    /^Sent\.b \{"b":"-?\d+"\} → /,
  ],
  // Rules say which messages travel.
  [
    "int64 a = 1 [(buf.validate.field).int64 = {gte: 0, lte: 9}]; }",
    "int32 a = 1 [(buf.validate.field).int32 = {gte: 0, lte: 9}]; }",
  ],
  [closed("Y = 1;"), closed("")],
  [closed("Y = -1;"), closed("")],
  ["E a = 1; } enum E { X = 0; Y = 1; }", "int32 a = 1; }"],
  [required(""), required(`string a = 2 ${isRequired};`), "Sent.a {} → nothing"],
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

beforeAll(async () => {
  [own, compiled] = await Promise.all([
    compileCases(changes.map(([one, other]) => ({ base: inFile(one), edit: () => inFile(other) }))),
    compileCases(matrix),
  ]);
});

function caseOf(at: number): CompiledCase {
  const one = own.cases[at];
  if (one === undefined) throw new Error("it was not compiled");
  return one;
}

function shown({ element, counterExample }: Change): string {
  if (counterExample === undefined || !("handedOn" in counterExample)) return element;
  const { json, handedOn } = counterExample;
  return asWritten(`${element} ${json} → ${handedOn ?? "nothing"}`).replace("acme.pass.v1.", "");
}

const elementOf = (text: string) => text.replace(/ .*$/, "");

describe("comparePassing", () => {
  it.each(changes.map((change, at) => [at, ...change] as const))(
    "%i: %s against %s",
    (at, _one, _other, ...harm) => {
      const { old, now } = caseOf(at);
      const found = comparePassing(old, now, alone).map(shown);
      expect(found).toEqual(
        harm.map((each) => (typeof each === "string" ? each : expect.stringMatching(each))),
      );
      // Either release may be the older one.
      const back = comparePassing(now, old, alone).map(shown);
      expect(back.map(elementOf)).toEqual(found.map(elementOf));
    },
  );

  const truncated = changes.findIndex(([one]) => one === "int32 a = 1; }");

  it("says whose message it is, and shows both texts", () => {
    const { old, now } = caseOf(truncated);
    expect(comparePassing(old, now, alone)).toMatchObject([
      {
        rule: "MESSAGE_PASSES_UNHARMED",
        before: "int32 a = 1; }",
        after: "int64 a = 1; }",
        place: { side: "proposal", line: 3 },
        counterExample: { sentBy: "proposal" },
      },
    ]);
    expect(comparePassing(now, old, alone)).toMatchObject([
      { counterExample: { sentBy: "baseline" } },
    ]);
  });

  it("looks at types that travel, also where only another module binds them", () => {
    const { old, now } = caseOf(truncated);
    const [unboundOld, unboundNow] = [old, now].map((each) => ({ ...each, bindings: [] }));
    if (unboundOld === undefined || unboundNow === undefined) throw new Error("there are two");
    expect(comparePassing(unboundOld, unboundNow, alone)).toEqual([]);
    expect(
      comparePassing(unboundOld, unboundNow, { ...alone, carriers: () => [old] }),
    ).toHaveLength(1);
  });
});

describe("what harms a message of any kind", () => {
  /** Whether some message of one side is harmed by the other, wherever the fields differ. */
  function isHarmful(guard: Guard, desc: DescMessage, through: DescMessage): boolean {
    try {
      const messages = variedMessages(guard.generator, desc);
      const isUnharmed = fc.property(messages, (each) => harmTo(desc, through, each) === null);
      return fc.check(isUnharmed, { seed: 7, numRuns: 8, endOnFailure: true }).failed;
    } catch (error) {
      if (error instanceof Unsatisfiable) return false;
      throw error;
    }
  }

  function* typesOf({ old, now }: Both<LinkedRevision>): Iterable<Both<DescMessage>> {
    for (const { path } of old.files) {
      for (const desc of allMessages(old.registry.getFile(path)?.messages ?? [])) {
        const other = now.registry.getMessage(desc.typeName);
        if (other !== undefined) yield { old: desc, now: other };
      }
    }
  }

  it("is found by the form of a field, in every change that is known", () => {
    const harmed: string[] = [];
    const unseen: string[] = [];
    const all = [...compiled.cases, ...own.cases];
    // Cases that were compiled together share their registries.
    const known = new Map<FileRegistry, Guard>();
    const guardFor = ({ registry }: LinkedRevision) => {
      const guard = known.get(registry) ?? guardOf(registry, nowMs);
      known.set(registry, guard);
      return guard;
    };
    for (const [at, { old, now }] of all.entries()) {
      const guards = { old: guardFor(old), now: guardFor(now) };
      const pairs = [...typesOf({ old, now })];
      const isBlind = pairs.some(
        (pair) =>
          isHarmful(guards.old, pair.old, pair.now) || isHarmful(guards.now, pair.now, pair.old),
      );
      if (!isBlind) continue;
      const what = matrix[at]?.what ?? `${changes[at - matrix.length]}`;
      harmed.push(what);
      const isFound = pairs.some((pair) =>
        changedForms(pair.old, pair.now).some(
          (form) => findHarmed(pair, form, guards, { left: 500 }) !== null,
        ),
      );
      if (!isFound) unseen.push(what);
    }
    expect(harmed.length).toBeGreaterThan(10);
    expect(unseen).toEqual([]);
  });
});
