import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import { type Change, sameChange } from "./change.ts";
import { type Comparison, judge, type Surroundings } from "./judge.ts";
import { type SubjectHit, tiers } from "./report.ts";
import { rules } from "./rules.ts";

const alone: Surroundings = {
  isImported: () => false,
  blocks: strictnessOf(defaultPolicy, "acme/shop"),
  packageOf: () => null,
  subjectsOf: () => [],
  usersOf: () => null,
  dependents: [],
};

/** The changes against head alone. */
const sinceHead = (changes: readonly Change[]): readonly Comparison[] => [
  { semver: "1.0.0", changes, knownAtHead: new Set() },
];

function change(rule: string, element = "p.A", more: Partial<Change> = {}): Change {
  return {
    rule,
    message: `${rule} says so.`,
    element,
    place: { side: "proposal", file: "p.proto", line: 3, column: 1 },
    before: "before",
    after: null,
    ...more,
  };
}

const shown = (changes: readonly Change[], around = alone) =>
  judge(sinceHead(changes), around).map((finding) => `${finding.tier} ${finding.rules.join("+")}`);

describe("judge makes one finding of", () => {
  it.each<[string, string[], string]>([
    [
      "a deleted field",
      [
        "FIELD_NO_DELETE",
        "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
        "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
      ],
      "wire FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED+FIELD_NO_DELETE_UNLESS_NAME_RESERVED+FIELD_NO_DELETE",
    ],
    [
      "a deleted value",
      ["ENUM_VALUE_NO_DELETE", "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED"],
      "json ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED+ENUM_VALUE_NO_DELETE",
    ],
    [
      "a deleted message",
      ["MESSAGE_NO_DELETE", "PACKAGE_MESSAGE_NO_DELETE"],
      "source PACKAGE_MESSAGE_NO_DELETE+MESSAGE_NO_DELETE",
    ],
    [
      "a deleted message that buf and Charter see",
      ["PACKAGE_MESSAGE_NO_DELETE", "PACKAGE_MESSAGE_NO_DELETE"],
      "source PACKAGE_MESSAGE_NO_DELETE",
    ],
    [
      "a type",
      ["FIELD_SAME_TYPE", "FIELD_WIRE_COMPATIBLE_TYPE", "FIELD_WIRE_JSON_COMPATIBLE_TYPE"],
      "wire FIELD_WIRE_COMPATIBLE_TYPE+FIELD_WIRE_JSON_COMPATIBLE_TYPE+FIELD_SAME_TYPE",
    ],
    [
      "a name",
      ["FIELD_SAME_JSON_NAME", "FIELD_SAME_NAME"],
      "json FIELD_SAME_JSON_NAME+FIELD_SAME_NAME",
    ],
    [
      "a cardinality",
      ["FIELD_SAME_CARDINALITY", "FIELD_WIRE_COMPATIBLE_CARDINALITY"],
      "wire FIELD_WIRE_COMPATIBLE_CARDINALITY+FIELD_SAME_CARDINALITY",
    ],
  ])("%s", (_what, ids, expected) => {
    expect(shown(ids.map((id) => change(id)))).toEqual([expected]);
    expect(
      shown(ids.toReversed().map((id) => change(id))).map((each) => each.split(" ")[0]),
    ).toEqual([expected.split(" ")[0]]);
  });
});

describe("judge keeps apart", () => {
  it.each<[string, Change[], number]>([
    ["elements", [change("FIELD_NO_DELETE", "p.A.x"), change("FIELD_NO_DELETE", "p.A.y")], 2],
    ["a type and a name", [change("FIELD_SAME_TYPE"), change("FIELD_SAME_NAME")], 2],
    [
      "reserved ranges of one message",
      [
        change("RESERVED_MESSAGE_NO_DELETE", "p.A", { message: "[4]" }),
        change("RESERVED_MESSAGE_NO_DELETE", "p.A", { message: "[9]" }),
      ],
      2,
    ],
    [
      "extension ranges of one message",
      [
        change("EXTENSION_MESSAGE_NO_DELETE", "p.A", { message: "[4]" }),
        change("EXTENSION_MESSAGE_NO_DELETE", "p.A", { message: "[9]" }),
      ],
      2,
    ],
    [
      "the age and the size of a stream",
      [
        change("BINDING_RETENTION_NO_SHORTEN", "p.A", { message: "max_age_s" }),
        change("BINDING_RETENTION_NO_SHORTEN", "p.A", { message: "max_bytes" }),
      ],
      2,
    ],
    [
      "the request and the reply of an rpc",
      [
        change("BINDING_TYPE_SAME", "p.A", { message: "message" }),
        change("BINDING_TYPE_SAME", "p.A", { message: "reply" }),
      ],
      2,
    ],
    [
      "options of a file",
      [change("FILE_SAME_GO_PACKAGE", "a.proto"), change("FILE_SAME_PHP_NAMESPACE", "a.proto")],
      2,
    ],
  ])("%s", (_what, changes, count) => {
    expect(judge(sinceHead(changes), alone)).toHaveLength(count);
  });
});

describe("judge", () => {
  it("says all of the worst of a group, with who is hit", () => {
    const hit: SubjectHit = { pattern: "a.b.v1", role: "event", module: "acme/shop" };
    const worst = change("FIELD_WIRE_COMPATIBLE_TYPE", "p.A.x", {
      before: "int32 x = 1;",
      after: "string x = 1;",
    });
    const around: Surroundings = {
      ...alone,
      subjectsOf: (element) => (element === "p.A.x" ? [hit] : []),
      dependents: ["acme/cart"],
    };
    expect(
      judge(sinceHead([change("FIELD_SAME_TYPE", "p.A.x", { message: "milder" }), worst]), around),
    ).toEqual([
      {
        rule: "FIELD_WIRE_COMPATIBLE_TYPE",
        rules: ["FIELD_WIRE_COMPATIBLE_TYPE", "FIELD_SAME_TYPE"],
        tier: "wire",
        blocking: true,
        introduced: true,
        breaks: ["1.0.0"],
        element: "p.A.x",
        protoPackage: null,
        message: worst.message,
        place: worst.place,
        before: "int32 x = 1;",
        after: "string x = 1;",
        subjects: [hit],
        users: null,
        dependents: ["acme/cart"],
        remedy: rules.get("FIELD_WIRE_COMPATIBLE_TYPE")?.remedy,
        fix: null,
        counterExample: null,
      },
    ]);
  });

  it("blocks a move out of a file that other modules import, and no other", () => {
    const around = { ...alone, isImported: (file: string) => file === "p.proto" };
    const move = change("MESSAGE_NO_DELETE");
    const elsewhere = change("MESSAGE_NO_DELETE", "p.B", {
      place: { ...move.place, file: "q.proto" },
    });
    expect(
      judge(sinceHead([move, elsewhere]), around).map(({ element, tier, blocking }) => [
        element,
        tier,
        blocking,
      ]),
    ).toEqual([
      ["p.A", "source", true],
      ["p.B", "compatible", false],
    ]);
  });

  it("orders by tier, then by what blocks, by file, line and element", () => {
    const at = (file: string, line: number) => ({ place: { ...change("X").place, file, line } });
    const changes = [
      change("FILE_SAME_GO_PACKAGE", "e"),
      change("RPC_SAME_IDEMPOTENCY_LEVEL", "d", at("a.proto", 1)),
      change("BINDING_DEADLINE_NO_SHORTEN", "d2", at("z.proto", 9)),
      change("FIELD_NO_DELETE", "c3", at("b.proto", 1)),
      change("FIELD_NO_DELETE", "c2", at("a.proto", 10)),
      change("FIELD_NO_DELETE", "c1b", at("a.proto", 9)),
      change("FIELD_NO_DELETE", "c1a", at("a.proto", 9)),
      change("FIELD_SAME_NAME", "b"),
      change("FIELD_SAME_ONEOF", "a"),
    ];
    expect(judge(sinceHead(changes), alone).map((finding) => finding.element)).toEqual([
      "a",
      "b",
      "c1a",
      "c1b",
      "c2",
      "c3",
      "d2",
      "d",
      "e",
    ]);
  });

  it("cuts a report off, but never what blocks before what does not", () => {
    const harmless = Array.from({ length: limits.findingsPerReport + 5 }, (_, i) =>
      change("RPC_SAME_IDEMPOTENCY_LEVEL", `a.${i}`),
    );
    const findings = judge(sinceHead([...harmless, change("SENSITIVE_NO_REMOVE", "z")]), alone);
    expect(findings).toHaveLength(limits.findingsPerReport);
    expect(findings[0]).toMatchObject({ element: "z", blocking: true });
  });

  it("finds nothing in nothing", () => {
    expect(judge(sinceHead([]), alone)).toEqual([]);
  });

  it("names every change's rule in a finding of its element that is at least as bad", () => {
    const any = fc.record({
      rule: fc.constantFrom(...rules.keys()),
      element: fc.constantFrom("p.A", "p.B", "p.C"),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), fc.boolean(), (picked, imported) => {
        const findings = judge(
          sinceHead(picked.map(({ rule, element }) => change(rule, element))),
          { ...alone, isImported: () => imported },
        );
        for (const { rule: id, element } of picked) {
          const finding = findings.find(
            (each) => each.element === element && each.rules.includes(id),
          );
          const rule = rules.get(id);
          const tier = (imported ? rule?.tierWhenImported : undefined) ?? rule?.tier ?? "wire";
          expect(tiers.indexOf(finding?.tier ?? "compatible")).toBeLessThanOrEqual(
            tiers.indexOf(tier),
          );
          if (rule?.family === "binding") expect(finding?.blocking).toBe(true);
        }
      }),
    );
  });
});

describe("judge over several baselines", () => {
  const deleted = change("FIELD_NO_DELETE", "p.A.x");
  const key = sameChange(deleted);
  const against = (semver: string, changes: readonly Change[], known: readonly string[] = []) => ({
    semver,
    changes,
    knownAtHead: new Set(known),
  });

  it("names every baseline that one change breaks", () => {
    const findings = judge([against("1.2.0", [deleted]), against("1.0.0", [deleted])], alone);
    expect(findings).toMatchObject([
      { element: "p.A.x", breaks: ["1.2.0", "1.0.0"], introduced: true, blocking: true },
    ]);
  });

  it("refuses nothing that head has broken already", () => {
    const findings = judge([against("1.2.0", []), against("1.0.0", [deleted], [key])], alone);
    expect(findings).toMatchObject([{ breaks: ["1.0.0"], introduced: false, blocking: false }]);
  });

  it("leaves out what an earlier proposal added, which is no news of this one", () => {
    const added = change("ENUM_VALUE_ADDED", "p.Kind.KIND_TOY");
    const known = [sameChange(added)];
    expect(judge([against("1.2.0", []), against("1.0.0", [added], known)], alone)).toEqual([]);
    expect(judge([against("1.2.0", [added]), against("1.0.0", [added])], alone)).toMatchObject([
      { rule: "ENUM_VALUE_ADDED", introduced: true, blocking: false },
    ]);
  });

  it("refuses what head had kept for an older baseline", () => {
    const findings = judge([against("1.2.0", []), against("1.0.0", [deleted])], alone);
    expect(findings).toMatchObject([{ breaks: ["1.0.0"], introduced: true, blocking: true }]);
  });

  it("leaves to the policy what is refused", () => {
    const lenient = { ...alone, blocks: () => false };
    expect(judge([against("1.0.0", [deleted])], lenient)).toMatchObject([
      { introduced: true, blocking: false },
    ]);
  });
});
