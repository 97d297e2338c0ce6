import { describe, expect, it } from "vitest";
import { charterRules } from "../gate/charter-rules.ts";
import type { Tier } from "../gate/report.ts";
import type { RuleFamily } from "../gate/rule.ts";
import { ruleOf, rules } from "../gate/rules.ts";
import { defaultPolicy, type Policy, type PolicyRule } from "./policy.ts";
import { strictnessOf } from "./strictness.ts";

const of = (family: RuleFamily, id = "SOME_RULE") => ({ id, family });

describe("strictnessOf the built-in policy", () => {
  const blocks = strictnessOf(defaultPolicy, "acme/orders");

  it.each<[RuleFamily, Tier, string | null, boolean]>([
    ["schema", "wire", "acme.orders.v1", true],
    ["schema", "json", "acme.orders.v1", true],
    ["schema", "source", "acme.orders.v1", true],
    ["schema", "dangerous", "acme.orders.v1", false],
    ["schema", "compatible", "acme.orders.v1", false],
    ["binding", "dangerous", "acme.orders.v1", true],
    ["behaviour", "dangerous", "acme.orders.v1", true],
    ["version", "wire", "acme.orders.v1", true],
    ["addition", "dangerous", "acme.orders.v1", false],
    ["consumer", "wire", "acme.orders.v1", true],
    // A consumer is broken, whatever the package promises.
    ["consumer", "wire", "acme.orders.v1beta1", true],
    ["schema", "wire", "acme.orders.v1beta1", false],
    ["binding", "wire", "acme.orders.v2alpha", false],
    ["behaviour", "dangerous", "acme.orders.v1test", false],
    ["version", "wire", "acme.orders.v1p1beta1", false],
    // Nothing says that it may change.
    ["schema", "wire", "acme.orders", true],
    ["binding", "wire", "acme.orders", true],
    ["schema", "wire", null, true],
  ])("%s of tier %s in %s blocks: %s", (family, tier, protoPackage, expected) => {
    expect(blocks(of(family), tier, protoPackage)).toBe(expected);
  });

  it("refuses every rule that Charter finds, but for additions", () => {
    const open = charterRules.filter((rule) => !blocks(rule, rule.tier, "acme.orders.v1"));
    expect(open.filter((rule) => rule.family !== "addition")).toEqual([]);
  });

  it("takes a rule that it does not know for the worst", () => {
    expect(rules.has("MESSAGE_SAME_COLOUR")).toBe(false);
    expect(blocks(ruleOf("MESSAGE_SAME_COLOUR"), "wire", "acme.orders.v1")).toBe(true);
  });
});

describe("strictnessOf a policy", () => {
  const withRules = (...all: PolicyRule[]): Policy => ({ ...defaultPolicy, rules: all });
  const wire = (policy: Policy, module: string, protoPackage = "acme.orders.v1") =>
    strictnessOf(policy, module)(of("schema"), "wire", protoPackage);

  it("lets the first rule that fits module and package decide", () => {
    const policy = withRules(
      { modules: "acme/*", stability: ["stable"], block: ["json"] },
      { modules: "acme/orders", block: ["wire"] },
      { modules: "*", block: [] },
    );
    expect(wire(policy, "acme/orders", "acme.orders.v1")).toBe(false);
    expect(wire(policy, "acme/orders", "acme.orders.v1beta1")).toBe(true);
    expect(wire(policy, "acme/orders", "acme.orders")).toBe(true);
    expect(wire(policy, "acme/shop", "acme.shop.v1beta1")).toBe(false);
  });

  it("falls back on the built-in policy where no rule fits", () => {
    const policy = withRules({ modules: "acme/legacy", block: [] });
    expect(wire(policy, "acme/legacy")).toBe(false);
    expect(wire(policy, "acme/orders")).toBe(true);
    expect(wire(policy, "acme/orders", "acme.orders.v1beta1")).toBe(false);
    expect(wire(withRules(), "acme/orders")).toBe(true);
  });

  it("lets rules through by `allow`, and refuses them by `refuse`, whatever `block` says", () => {
    const blocks = strictnessOf(
      withRules({
        modules: "*",
        block: ["wire", "source"],
        allow: ["FIELD_NO_DELETE"],
        refuse: ["FILE_SAME_GO_PACKAGE", "ENUM_VALUE_ADDED"],
      }),
      "acme/orders",
    );
    const v1 = "acme.orders.v1";
    expect(blocks(ruleOf("FIELD_NO_DELETE"), "source", v1)).toBe(false);
    expect(blocks(ruleOf("RPC_NO_DELETE"), "source", v1)).toBe(true);
    expect(blocks(ruleOf("FILE_SAME_GO_PACKAGE"), "compatible", v1)).toBe(true);
    expect(blocks(of("addition", "ENUM_VALUE_ADDED"), "dangerous", v1)).toBe(true);
    expect(blocks(of("addition", "ONEOF_MEMBER_ADDED"), "dangerous", v1)).toBe(false);
  });

  it("judges a move as badly as its finding, not as its rule", () => {
    const blocks = strictnessOf(withRules({ modules: "*", block: ["source"] }), "acme/orders");
    expect(blocks(ruleOf("FILE_NO_DELETE"), "source", "acme.orders.v1")).toBe(true);
    expect(blocks(ruleOf("FILE_NO_DELETE"), "compatible", "acme.orders.v1")).toBe(false);
  });
});
