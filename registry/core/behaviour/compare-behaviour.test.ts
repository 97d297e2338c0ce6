import { beforeAll, describe, expect, it } from "vitest";
import type { Change } from "../gate/change.ts";
import type { Files } from "../testing/change-matrix.ts";
import { asWritten, type CompiledCase, compileCases } from "../testing/compile-cases.ts";
import {
  bothWays,
  carried,
  equal,
  failing,
  opaque,
  tightened,
  unbound,
} from "../testing/rule-changes.ts";
import { changedRules } from "./changed-rules.ts";
import { compareBehaviour } from "./compare-behaviour.ts";
import { guardOf } from "./guard.ts";
import { judgeRules } from "./judge-rules.ts";
import { sourcesOf } from "./rule-changes.ts";

const file = "acme/shop/v1/shop.proto";
/** The text begins on the second line. */
const inFile = (text: string): Files => ({
  [file]: `syntax = "proto3"; package acme.shop.v1; import "charter/nats/v1/binding.proto"; import "buf/validate/validate.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/timestamp.proto";\n${text}`,
});

const texts: readonly (readonly [before: string, after: string])[] = [
  ...tightened.map(([, wide, narrow]) => [wide, narrow] as const),
  ...equal.map(([, one, other]) => [one, other] as const),
  ...opaque.map(([, one, other]) => [one, other] as const),
  ...failing.map(([, without, rule]) => [without, rule] as const),
  ...Object.values(bothWays),
  carried,
  unbound,
];

let cases: ReadonlyMap<string, CompiledCase>;

beforeAll(async () => {
  const { cases: all } = await compileCases(
    texts.map(([before, after]) => ({ base: inFile(before), edit: () => inFile(after) })),
  );
  cases = new Map(texts.map(([before, after], i) => [before + after, all[i] as CompiledCase]));
});

function compiledCase(before: string, after: string): CompiledCase {
  const found = cases.get(before + after);
  if (found === undefined) throw new Error("these texts were not compiled together");
  return found;
}

/** The changes from one text to the other, with names as they are written. */
function compared(before: string, after: string): readonly Change[] {
  const around = { carriers: () => [], nowMs: Date.now() };
  const isForth = cases.has(before + after);
  const { old, now } = isForth ? compiledCase(before, after) : compiledCase(after, before);
  const changes = isForth ? compareBehaviour(old, now, around) : compareBehaviour(now, old, around);
  return JSON.parse(asWritten(JSON.stringify(changes)));
}

/** `Order.text NO_TIGHTEN` */
function findings(before: string, after: string): string[] {
  return compared(before, after).map(
    ({ element, rule }) =>
      `${element.replace("acme.shop.v1.", "")} ${rule.replace("VALIDATION_", "")}`,
  );
}

describe("compareBehaviour", () => {
  it("shows the smallest message that is refused now, and where", () => {
    expect(compared(...bothWays.text)[0]).toEqual({
      rule: "VALIDATION_NO_TIGHTEN",
      message:
        "acme.shop.v1.Order.text is judged more strictly: messages that others send, or that a stream holds, are refused.",
      element: "acme.shop.v1.Order.text",
      place: { side: "proposal", file, line: 10, column: 1 },
      before: "string text = 1 [(buf.validate.field).string = {max_len: 4000}];",
      after: "string text = 1 [(buf.validate.field).string = {max_len: 100}];",
      counterExample: {
        type: "acme.shop.v1.Order",
        json: expect.stringMatching(/^\{"text":".{101}"\}$/),
        acceptedBy: "baseline",
        refusal: "text: must be at most 100 characters (string.max_len)",
      },
    });
  });

  it("judges by who sends and who reads", () => {
    const [wide, narrow] = bothWays.count;
    expect(findings(wide, narrow)).toEqual(["Order.count NO_TIGHTEN", "Kept.count NO_TIGHTEN"]);
    expect(findings(narrow, wide)).toEqual([
      "Receipt.count NO_LOOSEN",
      "Sold.count NO_LOOSEN",
      "Kept.count NO_LOOSEN",
    ]);
    expect(compared(narrow, wide)[0]?.counterExample).toEqual({
      type: "acme.shop.v1.Receipt",
      json: '{"count":4097}',
      acceptedBy: "proposal",
      refusal: "count: must be less than or equal to 4096 (uint32.lte)",
    });
  });

  it("finds an enum value that readers with older stubs refuse, and one that is gone", () => {
    const [few, many] = bothWays.kind;
    const common = { element: "acme.shop.v1.Kind.KIND_B" };
    expect(compared(few, many)).toMatchObject([
      {
        ...common,
        rule: "VALIDATION_NO_LOOSEN",
        place: { side: "proposal", line: 5 },
        before: null,
        after: "KIND_B = 2;",
        counterExample: { type: "acme.shop.v1.Receipt", json: '{"kind":"KIND_B"}' },
      },
    ]);
    expect(compared(many, few)).toMatchObject([
      {
        ...common,
        rule: "VALIDATION_NO_TIGHTEN",
        place: { side: "baseline" },
        counterExample: { type: "acme.shop.v1.Order", json: '{"kind":"KIND_B"}' },
      },
    ]);
  });

  it("says nothing of a type that travels on no subject, or on others than before", () => {
    expect(findings(...unbound)).toEqual([]);
    expect(findings(...bothWays.moved)).toEqual([]);
  });

  it("judges types that other modules carry by what is done with them there", () => {
    const carrying = compiledCase(...carried);
    const around = { nowMs: Date.now(), carriers: () => [carrying.old] };
    const now = { ...carrying.now, bindings: [] };
    const old = { ...carrying.old, bindings: [] };
    expect(compareBehaviour(old, now, around)).toMatchObject([
      { rule: "VALIDATION_NO_TIGHTEN", counterExample: { json: '{"size":6}' } },
    ]);
    expect(compareBehaviour(now, old, around)).toEqual([]);
    expect(compareBehaviour(old, now, { ...around, carriers: () => [] })).toEqual([]);
  });
});

describe("a message of a request", () => {
  it.each(tightened)(
    "is refused for %s that is tightened, and only then",
    (_, wide, narrow, json) => {
      const [change, ...others] = compared(wide, narrow);
      expect(others).toEqual([]);
      expect(change?.rule).toBe("VALIDATION_NO_TIGHTEN");
      expect(change?.counterExample?.json).toMatch(json);
      expect(findings(narrow, wide)).toEqual([]);
    },
  );

  it.each(equal)("meets no finding where %s means the same as before", (_, before, after) => {
    expect(findings(before, after)).toEqual([]);
    expect(findings(after, before)).toEqual([]);
  });

  it.each(opaque)("leaves open what %s means that only looks different", (_, before, after) => {
    expect(findings(before, after)).toEqual([expect.stringMatching(/^Order(\.a)? CHANGED$/)]);
  });
});

describe("the bound on messages that are tried", () => {
  const [wide, narrow] = bothWays.count;

  it.each([
    [0, ["VALIDATION_CHANGED", "VALIDATION_CHANGED", "VALIDATION_CHANGED", "VALIDATION_CHANGED"]],
    [1000, ["VALIDATION_NO_TIGHTEN", "VALIDATION_NO_TIGHTEN"]],
  ])("%i messages leave no change unsaid", (left, expected) => {
    const { old, now } = compiledCase(wide, narrow);
    const guards = { old: guardOf(old.registry, 0), now: guardOf(now.registry, 0) };
    const rules = changedRules(old, now, () => []);
    const changes = judgeRules(rules, guards, sourcesOf(old, now), { left });
    expect(changes.map((change) => change.rule)).toEqual(expected);
  });
});

describe("rules in CEL that cannot be evaluated", () => {
  it.each(failing)("are found when they %s, once", (_, without, rule) => {
    expect(findings(without, rule).at(-1)).toBe("Order RULE_FAILS");
    expect(findings(without, rule)).not.toContain("Order CHANGED");
    expect(findings(rule, without)).toEqual([]);
  });
});
