import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { linkSchema, messageType } from "../../../../contract-tests/runner/contract.ts";
import { compileTestdata } from "../../../../contract-tests/testing/compile.ts";
import { createGenerator } from "../messages.ts";
import { judge } from "../oracle.ts";
import type { Schema } from "../schema.ts";
import { type Breaking, basesOf, breakRule, withoutIndexes } from "./negatives.ts";
import { type RuleTarget, ruleTargets } from "./targets.ts";

let schema: Schema;

beforeAll(async () => {
  schema = linkSchema(await compileTestdata("zoo"));
});

interface Outcome {
  readonly target: RuleTarget;
  readonly breakings: readonly Breaking[];
}

/** What came of breaking each rule of a type, by its name: two tests look at the same. */
const tried = new Map<string, readonly Outcome[]>();

function outcomesOf(type: string): readonly Outcome[] {
  const outcomes = tried.get(type) ?? breakAll(type);
  tried.set(type, outcomes);
  return outcomes;
}

function breakAll(type: string): Outcome[] {
  const generator = createGenerator(schema, Date.now());
  const desc = messageType(schema, `zoo.v1.${type}`);
  return [...ruleTargets(generator, desc)].map((target) => {
    const bases = fc.sample(basesOf(generator, desc, target, []), { numRuns: 8, seed: 11 });
    return { target, breakings: bases.map((base) => breakRule(generator, desc, target, base)) };
  });
}

const name = (target: RuleTarget) => `${target.path} ${target.rule}`;

describe("breakRule", () => {
  it.each([
    ["Texts", []],
    ["Numbers", ["always uint32.gte"]],
    ["Others", []],
    ["Containers", []],
    ["Tree", []],
    ["Related", []],
    ["Shouted", []],
  ])(
    "breaks every rule of zoo.v1.%s that can be broken, as the validator says",
    (type, unbreakable) => {
      const desc = messageType(schema, `zoo.v1.${type}`);
      const all = outcomesOf(type);
      expect(all.length).toBeGreaterThan(1);
      const never = all.filter(({ breakings }) =>
        breakings.every((each) => each.kind === "unbreakable"),
      );
      expect(never.map(({ target }) => name(target))).toEqual(unbreakable);
      const unbroken = all.filter(({ breakings }) =>
        breakings.some((each) => each.kind === "unbroken"),
      );
      expect(unbroken.map(({ target }) => name(target))).toEqual([]);
      for (const { target, breakings } of all) {
        for (const breaking of breakings) {
          if (breaking.kind !== "broken") continue;
          const judged = judge(schema, desc, breaking.negative.message);
          expect(judged).toEqual({ kind: "invalid", broken: breaking.negative.broken });
          const own = breaking.negative.broken.filter(
            (each) => target.accepts(each.ruleId) && withoutIndexes(each.field) === target.path,
          );
          expect(own.length, name(target)).toBeGreaterThan(0);
        }
      }
    },
  );

  it("breaks nothing else, except where rules overlap", () => {
    const overlapping = new Set<string>();
    for (const type of ["Texts", "Numbers", "Others", "Containers", "Tree", "Related", "Shouted"]) {
      for (const { target, breakings } of outcomesOf(type)) {
        for (const each of breakings) {
          if (each.kind === "broken" && each.negative.broken.length > 1)
            overlapping.add(`${type} ${name(target)}`);
        }
      }
    }
    expect([...overlapping]).toEqual([
      // Its length in bytes is exact, too.
      "Texts wide string.len",
      "Texts wide string.len_bytes",
      // What makes it longer follows its suffix.
      "Texts affixed string.max_len",
      // No `max` is as large.
      "Related min uint32.lte",
    ]);
  });
});

it("withoutIndexes drops the indexes and keys of a path, whatever the keys hold", () => {
  expect(withoutIndexes('a.labels["x]\\"]"].items[12].b')).toBe("a.labels[].items[].b");
});
