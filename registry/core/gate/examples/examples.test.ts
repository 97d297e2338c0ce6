import { beforeAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../../policy/policy.ts";
import { strictnessOf } from "../../policy/strictness.ts";
import { type CompiledCases, compileCases } from "../../testing/compile-cases.ts";
import type { Consumer } from "../../usage/consumer.ts";
import { compareRevisions } from "../compare-revisions.ts";
import { brokenUses } from "../consumer-use.ts";
import { judge, type Surroundings } from "../judge.ts";
import type { BufFinding } from "../locate.ts";
import { type LedgerEntry, numberUses, reusedNumbers } from "../number-ledger.ts";
import type { Finding } from "../report.ts";
import { deletedPackages, keptPackage } from "../retirement.ts";
import { rules } from "../rules.ts";
import { ruleExamples } from "./examples.ts";

/** No other module carries the types, and the clock stands still. */
const alone = { carriers: () => [], nowMs: Date.UTC(2026, 0, 1) };

const examples = [...ruleExamples];
let compiled: CompiledCases;
let found: readonly (readonly BufFinding[])[];
/** What the releases before head used. */
let uses: readonly LedgerEntry[];

beforeAll(async () => {
  const changes = examples.map(([, { before, after }]) => ({ base: before, edit: () => after }));
  compiled = await compileCases(changes);
  found = await compiled.breaking();
  const earlier = examples.map(([, { earlier: files = {} }]) => ({
    base: files,
    edit: () => files,
  }));
  const { cases } = await compileCases(earlier);
  uses = cases.flatMap(({ old }) =>
    numberUses(
      old.registry,
      old.files.map((file) => file.path),
    ).map((use) => ({ ...use, semver: "1.0.0" })),
  );
});

const around: Surroundings = {
  isImported: () => false,
  blocks: strictnessOf(defaultPolicy, "acme/shop"),
  packageOf: () => null,
  subjectsOf: () => [],
  usersOf: () => null,
  dependents: [],
};

/** The consumer of an example, with the names that the case has. */
function consumersOf(at: number): readonly Consumer[] {
  const use = examples[at]?.[1].use;
  if (use === undefined) return [];
  const named = JSON.stringify(use).replaceAll("acme", compiled.cases[at]?.name ?? "");
  return [{ participant: "web", build: "1", environments: ["prod"], uses: [JSON.parse(named)] }];
}

function findingsOf(rule: string): readonly Finding[] {
  const at = examples.findIndex(([id]) => id === rule);
  const one = compiled.cases[at];
  if (one === undefined) throw new Error(`${rule} has no example`);
  const used = (type: string, number: number) =>
    uses.filter((use) => use.type === type && use.number === number);
  const compared = compareRevisions(found[at] ?? [], one.old, one.now, alone);
  const changes = [
    // Nobody has announced the end of a package.
    ...deletedPackages(one.old, one.now)
      .filter(() => rule === "PACKAGE_NO_DELETE_UNLESS_RETIRED")
      .map((name) => keptPackage(name, one.old, "its end was not announced")),
    ...compared,
    ...reusedNumbers(one.now, one.old, used),
    ...brokenUses(consumersOf(at), { head: one.old, proposed: one.now }, compared),
  ];
  return judge([{ semver: "1.1.0", changes, knownAtHead: new Set() }], around);
}

describe("the examples of the rules", () => {
  it.each(examples)("%s is found in its example, and nothing else is", (rule, { also = [] }) => {
    const others = findingsOf(rule).map((finding) => finding.rule);
    expect(others.sort()).toEqual([rule, ...also].sort());
  });

  it("are there for every rule, and for nothing else", () => {
    expect([...rules.keys()].filter((id) => !ruleExamples.has(id))).toEqual([]);
    expect(examples.filter(([id]) => !rules.has(id))).toEqual([]);
  });
});
