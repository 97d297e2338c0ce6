import { beforeAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../../policy/policy.ts";
import { strictnessOf } from "../../policy/strictness.ts";
import { type CompiledCases, compileCases } from "../../testing/compile-cases.ts";
import { compareRevisions } from "../compare-revisions.ts";
import { judge, type Surroundings } from "../judge.ts";
import type { BufFinding } from "../locate.ts";
import type { Finding } from "../report.ts";
import { rules } from "../rules.ts";
import { ruleExamples } from "./examples.ts";

/** No other module carries the types, and the clock stands still. */
const alone = { carriers: () => [], nowMs: Date.UTC(2026, 0, 1) };

/**
 * Rules that need more than two revisions to be found: what an earlier release used, or who still
 * runs something.
 */
const withoutExample: readonly string[] = [
  "PACKAGE_NO_DELETE_UNLESS_RETIRED",
  "FIELD_NUMBER_NO_REUSE",
  "ENUM_VALUE_NUMBER_NO_REUSE",
];

const examples = [...ruleExamples];
let compiled: CompiledCases;
let found: readonly (readonly BufFinding[])[];

beforeAll(async () => {
  const changes = examples.map(([, { before, after }]) => ({ base: before, edit: () => after }));
  compiled = await compileCases(changes);
  found = await compiled.breaking();
});

const around: Surroundings = {
  isImported: () => false,
  blocks: strictnessOf(defaultPolicy, "acme/shop"),
  packageOf: () => null,
  subjectsOf: () => [],
  dependents: [],
};

function findingsOf(rule: string): readonly Finding[] {
  const at = examples.findIndex(([id]) => id === rule);
  const one = compiled.cases[at];
  if (one === undefined) throw new Error(`${rule} has no example`);
  const changes = compareRevisions(found[at] ?? [], one.old, one.now, alone);
  return judge([{ semver: "1.0.0", changes, knownAtHead: new Set() }], around);
}

describe("the examples of the rules", () => {
  it.each(examples)("%s is found in its example, and nothing else is", (rule, { also = [] }) => {
    const others = findingsOf(rule).map((finding) => finding.rule);
    expect(others.sort()).toEqual([rule, ...also].sort());
  });

  it("are there for every rule that a comparison of two revisions finds", () => {
    const missing = [...rules.keys()].filter((id) => !ruleExamples.has(id));
    expect(missing.sort()).toEqual([...withoutExample].sort());
    expect(examples.filter(([id]) => !rules.has(id))).toEqual([]);
  });
});
