import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { PolicySchema } from "../../api/schemas/policy.ts";
import { wholePolicy } from "../../core/policy/canonical.ts";
import { builtInPolicy, type Policy } from "../../core/policy/policy.ts";
import { policyProblems } from "../../core/policy/problems.ts";
import { renderDifference } from "./line-difference.ts";
import { policyYaml, renderPolicy, renderReview } from "./policy.ts";
import { plain, styleFor } from "./style.ts";

const testdata = join(import.meta.dirname, "../testdata");
const url = "http://127.0.0.1:4280";
const policy: Policy = {
  rules: [
    { modules: "acme/legacy", block: ["wire"], allow: ["FIELD_NO_DELETE"] },
    { modules: "acme/*", stability: ["beta"], block: ["wire"], refuse: ["FILE_SAME_SYNTAX"] },
  ],
  subjects: {
    acme: { grammars: ["svc.<domain>.v<major>.>", "<root>.<event…>"], roots: ["eu.acme", "us"] },
    "*": { unversioned: 1 },
  },
  owners: { "acme/legacy": ["old-team", "on-call: night"], "*": ["platform"] },
};
const version = {
  version: 3,
  setAt: "2026-11-26T07:40:00.000Z",
  reason: "the old shop\nmay change: until it is gone\u2028",
  policy,
};

describe("renderPolicy", () => {
  test("prints what refuses what as a table, and the policy as YAML", async () => {
    await expect(`${renderPolicy(version, url, plain)}\n`).toMatchFileSnapshot(
      join(testdata, "policy.txt"),
    );
  });

  test("prints the built-in policy, which nobody has set", () => {
    const text = renderPolicy(builtInPolicy, url, plain);
    expect(text).toContain("# Policy 0 of http://127.0.0.1:4280, which nobody has set\n");
    expect(text).not.toContain("(built in)");
    expect(parse(text)).toEqual(builtInPolicy.policy);
  });

  test("is YAML that holds the policy, whatever the reason and the look", () => {
    expect(parse(renderPolicy(version, url, plain))).toEqual(policy);
    const colored = renderPolicy(version, url, styleFor({ isTTY: true }, {}));
    expect(colored).toContain("\u001b[2m# Policy 3");
  });
});

describe("policy.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/policy.md"), "utf8");

  test("shows what `charter policy show` prints of the built-in policy", () => {
    expect(page).toContain(`$ charter policy show\n${renderPolicy(builtInPolicy, url, plain)}\n`);
  });

  test("has policies that can be set, and shows what the first one changes", () => {
    const samples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ""]) => {
      const policy = { rules: [], subjects: {}, owners: {}, ...parse(text) } as Policy;
      expect(Value.Check(PolicySchema, policy)).toBe(true);
      expect(policyProblems(policy)).toEqual([]);
      return policy;
    });
    expect(samples).toHaveLength(2);
    const [before = "", after = ""] = [builtInPolicy.policy, ...samples].map((each) =>
      policyYaml(wholePolicy(each)),
    );
    expect(page).toContain(`${renderDifference(before, after, plain)}\n\nPolicy 1 is set`);
  });
});

test("policyYaml gives equal policies one text, whatever the order of their keys", () => {
  const [first, second] = policy.rules;
  if (first === undefined || second === undefined) throw new Error("there are two rules");
  const mixed = { allow: first.allow ?? [], block: first.block, modules: first.modules };
  expect(policyYaml({ ...policy, rules: [mixed, second] })).toBe(policyYaml(policy));
});

test("renderReview names warnings, and each subject outside with the reason", () => {
  const outside = [
    { module: "acme/shop", semver: "1.0.0", subjects: [{ pattern: "a.b", reason: "too short" }] },
  ];
  expect(renderReview({ warnings: ["rules[0]: odd"], outside }, plain)).toBe(
    "warning: rules[0]: odd\noutside: acme/shop 1.0.0 keeps subjects that a new release could not bring:\n  a.b: too short",
  );
  expect(renderReview({ warnings: [], outside: [] }, plain)).toBe("");
  const subjects = ["a", "b", "c", "d", "e"].map((pattern) => ({ pattern, reason: "no" }));
  const many = [{ module: "acme/shop", semver: "1.0.0", subjects }];
  expect(renderReview({ warnings: [], outside: many }, plain)).toMatch(
    /\n {2}c: no\n {2}… and 2 more$/,
  );
});

test.each([
  ["a\nb\nc", "a\nb\nc", ""],
  ["a", "b", "- a\n+ b"],
  ["1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n4\nx\n6\n7", "  3\n  4\n- 5\n+ x\n  6\n  7"],
  ["1\n2\n3\n4\n5\n6\n7\n8", "0\n1\n2\n3\n4\n5\n6\n7", "+ 0\n  1\n  2\n  …\n  6\n  7\n- 8"],
])("renderDifference of %j and %j is %j", (before, after, expected) => {
  expect(renderDifference(before, after, plain)).toBe(expected);
});
