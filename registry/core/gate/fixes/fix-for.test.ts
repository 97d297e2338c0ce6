import { beforeAll, describe, expect, it } from "vitest";
import { asWritten, type CompiledCases, compileCases } from "../../testing/compile-cases.ts";
import { compareRevisions } from "../compare-revisions.ts";
import { ruleExamples } from "../examples/examples.ts";
import type { BufFinding } from "../locate.ts";

const shop = "acme/shop/v1/shop.proto";

/** What to write where the example of a rule is found. */
const fixes: readonly (readonly [rule: string, fix: string | null])[] = [
  [
    "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
    'In message Order, put back `int32 count = 2 [deprecated = true];`. If it must go, write `reserved 2; reserved "count";` there.',
  ],
  [
    "FIELD_NO_DELETE",
    "In message Order, put back `int32 count = 2 [deprecated = true];` in place of its reservation.",
  ],
  ["FIELD_SAME_JSON_NAME", "In message Order, put back `int32 count = 2;`."],
  [
    "FIELD_WIRE_COMPATIBLE_TYPE",
    "In message Order, put back `int32 count = 2;`. Give the new form a field of its own: 3 is free.",
  ],
  [
    "FIELD_SAME_ONEOF",
    "In message Order, put back `string voucher = 3;` inside `oneof pay`. Give the new form a field of its own: 4 is free.",
  ],
  ["ONEOF_NO_DELETE", "In message Order, put the fields card back into `oneof pay { … }`."],
  [
    "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
    'In enum Kind, put back `KIND_FOOD = 2 [deprecated = true];`. If it must go, write `reserved 2; reserved "KIND_FOOD";` there.',
  ],
  ["ENUM_VALUE_SAME_NAME", "In enum Kind, put back `KIND_FOOD = 2;`."],
  ["RESERVED_MESSAGE_NO_DELETE", "In message Order, put back `reserved 3;`."],
  ["EXTENSION_MESSAGE_NO_DELETE", "In message Order, put back `extensions 150 to 199;`."],
  ["RPC_NO_DELETE", "In service Shop, put back `rpc Ask(Order) returns (Receipt);`."],
  ["RPC_SAME_REQUEST_TYPE", "In service Shop, put back `rpc Buy(Order) returns (Receipt);`."],
  ["PACKAGE_ENUM_NO_DELETE", `Put \`enum Kind { … }\` back into ${shop}.`],
  ["FILE_SAME_GO_PACKAGE", `In ${shop}, remove the option go_package.`],
  ["FILE_SAME_SYNTAX", `In ${shop}, write \`syntax = "proto3";\` again.`],
  ["FILE_SAME_PACKAGE", "In acme/stock/v1/stock.proto, write `package acme.stock.v1;` again."],
  ["FILE_NO_DELETE", `Put ${shop} back.`],
  [
    "BINDING_SUBJECT_NO_DELETE",
    'In rpc Buy, write `option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};` again.',
  ],
  ["BINDING_SUBJECT_SAME", 'In the binding of Buy, write `subject: "acme.shop.buy.v1"` again.'],
  [
    "BINDING_QUEUE_GROUP_SAME",
    'In the options of the service of Buy, write `queue_group: "q.shop"` again.',
  ],
  ["BINDING_STREAM_SAME", 'In the binding of Sold, write `stream: {name: "SHOP"}` again.'],
  ["BINDING_COMPRESSION_SAME", "In the binding of Buy, remove `compression`."],
  ["BINDING_RETENTION_NO_SHORTEN", "In the binding of Sold, write `max_age_s: 300` again."],
  ["BINDING_DEADLINE_NO_SHORTEN", "In the binding of Buy, write `deadline_ms: 50` again."],
  [
    "BINDING_IDEMPOTENCY_NO_WEAKEN",
    "In rpc Buy, write `option idempotency_level = IDEMPOTENT;` again.",
  ],
  ["SENSITIVE_NO_REMOVE", "Write `[(charter.nats.v1.sensitive) = true]` behind card."],
  ["ENUM_VALUE_ADDED", null],
  ["MESSAGE_SAME_REQUIRED_FIELDS", null],
];

let compiled: CompiledCases;
let found: readonly (readonly BufFinding[])[];

beforeAll(async () => {
  const examples = fixes.flatMap(([rule]) => ruleExamples.get(rule) ?? []);
  expect(examples).toHaveLength(fixes.length);
  compiled = await compileCases(
    examples.map(({ before, after }) => ({ base: before, edit: () => after })),
  );
  found = await compiled.breaking();
});

describe("fixFor", () => {
  it.each(fixes)("%s: %s", (rule, fix) => {
    const at = fixes.findIndex(([each]) => each === rule);
    const { old, now } = compiled.cases[at] ?? {};
    if (old === undefined || now === undefined) throw new Error(`${rule} was not compiled`);
    const around = { carriers: () => [], nowMs: 0 };
    const change = compareRevisions(found[at] ?? [], old, now, around).find(
      (each) => each.rule === rule,
    );
    expect(change).toBeDefined();
    expect(change?.fix == null ? null : asWritten(change.fix)).toBe(fix);
  });
});
