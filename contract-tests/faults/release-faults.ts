import type { Change } from "../../registry/core/gate/change.ts";
import { compareRevisions } from "../../registry/core/gate/compare-revisions.ts";
import { ruleOf } from "../../registry/core/gate/rules.ts";
import { strictnessOf } from "../../registry/core/policy/strictness.ts";
import { asWritten, compileCases } from "../../registry/core/testing/compile-cases.ts";
import { schemaLaws } from "../catalogue/schemas.ts";
import type { Judged, JudgedFault } from "./planted-fault.ts";

/** Parts of the module's one file, as the release before has them unless others are given. */
interface Parts {
  readonly note?: string;
  readonly count?: string;
  readonly receipt?: string;
}

function file({ note = "{max_len: 4000}", count = "int32", receipt = "" }: Parts) {
  return {
    "acme/shop/v1/shop.proto": `syntax = "proto3";
package acme.shop.v1;
import "buf/validate/validate.proto";
import "charter/nats/v1/binding.proto";
service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order {
  string note = 1 [(buf.validate.field).string = ${note}];
  ${count} count = 2;
}
message Receipt {
  int32 low = 1;
  int32 high = 2;
  ${receipt}
}`,
  };
}

const receiptRule = (expression: string) =>
  `option (buf.validate.message).cel = {id: "receipt.range" message: "must be a range" expression: "${expression}"};`;

/** A law, what is wrong, and how a release changes the one before: soundly, and with the fault. */
const pairs: readonly (readonly [law: string, fault: string, sound: Parts, faulty: Parts])[] = [
  [
    "S1",
    "refuses what the one before accepts",
    { note: "{max_len: 9000}" },
    { note: "{max_len: 100}" },
  ],
  [
    "S2",
    "sends numbers that the one before cuts off",
    { receipt: "string note = 3;" },
    { count: "int64" },
  ],
  [
    "S3",
    "has a rule that divides by zero",
    { receipt: receiptRule("this.low <= this.high") },
    { receipt: receiptRule("100 / this.low <= this.high") },
  ],
];

/** All that the gate finds in each pair, soundly and with the fault; compiled together, once. */
let compared: Promise<readonly (readonly Change[])[]> | undefined;

async function compareAll(): Promise<readonly (readonly Change[])[]> {
  const edits = pairs.flatMap(([, , sound, faulty]) => [sound, faulty]);
  const compiled = await compileCases(
    edits.map((parts) => ({ base: file({}), edit: () => file(parts) })),
  );
  const found = await compiled.breaking();
  const around = { carriers: () => [], nowMs: Date.UTC(2026, 0, 1) };
  return compiled.cases.map(({ old, now }, at) =>
    compareRevisions(found[at] ?? [], old, now, around),
  );
}

/** Lets everything pass by buf's rules, so that only what these laws say refuses. */
const refuses = strictnessOf(
  { rules: [{ modules: "*", block: ["behaviour"] }], subjects: {}, owners: {} },
  "acme/shop",
);

function judged(law: string, changes: readonly Change[]): Judged {
  const brokenBy = (change: Change) =>
    schemaLaws.filter(({ rules = [] }) => rules.includes(change.rule));
  const isRefused = ({ rule }: Change) => refuses(ruleOf(rule), ruleOf(rule).tier, null);
  const failed = new Set(
    changes
      .filter(isRefused)
      .flatMap(brokenBy)
      .map(({ id }) => id),
  );
  const own = changes.find((change) => brokenBy(change).some(({ id }) => id === law));
  return {
    verdict: failed.has(law) ? "fail" : "pass",
    failed: [...failed].sort(),
    unproven: changes.flatMap((change) =>
      brokenBy(change).map(({ id }) => `${id} ${change.rule}: ${change.message}`),
    ),
    smallest: own === undefined ? null : asWritten(own.counterExample?.json ?? own.message),
  };
}

/** Releases, judged by the gate's own comparisons. */
export const releaseFaults: readonly JudgedFault[] = pairs.map(([law, fault], at) => ({
  law,
  fault,
  who: "release",
  async judge(isFaulty) {
    compared ??= compareAll();
    const changes = (await compared)[2 * at + (isFaulty ? 1 : 0)];
    return judged(law, changes ?? []);
  },
}));
