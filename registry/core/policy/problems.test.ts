import { describe, expect, it } from "vitest";
import { defaultPolicy, type Policy, type PolicyRule, type SubjectNaming } from "./policy.ts";
import { policyProblems } from "./problems.ts";
import { policyWarnings } from "./warnings.ts";

const withRule = (rule: Partial<PolicyRule>): Policy => ({
  ...defaultPolicy,
  rules: [{ modules: "*", block: [], ...rule }],
});
const withSubjects = (subjects: Record<string, SubjectNaming>): Policy => ({
  ...defaultPolicy,
  subjects,
});

describe("policyProblems", () => {
  it.each<[string, Policy]>([
    ["the built-in policy", defaultPolicy],
    ["an empty one", { rules: [], subjects: {}, owners: {} }],
    ["rules by their ids", withRule({ allow: ["FIELD_NO_DELETE"], refuse: ["FILE_SAME_SYNTAX"] })],
    [
      "several roots of an owner",
      withSubjects({ acme: { roots: ["eu.acme", "eu.acme.x", "us"] } }),
    ],
    [
      "roots that only look alike",
      withSubjects({ acme: { roots: ["ai"] }, b: { roots: ["aim"] } }),
    ],
    ["globs of owners", { ...defaultPolicy, owners: { "acme/*": ["shop-team"], "*": ["all"] } }],
  ])("has none with %s", (_what, policy) => {
    expect(policyProblems(policy)).toEqual([]);
  });

  it.each<[Policy, string]>([
    [withRule({ modules: "acme" }), 'rules[0].modules: "acme" fits no module; expected *, acme/*'],
    [
      withRule({ allow: ["FIELD_NO_DELET"] }),
      'rules[0].allow: there is no rule "FIELD_NO_DELET"; the nearest are FIELD_NO_DELETE,',
    ],
    [withRule({ refuse: ["NOPE"] }), 'rules[0].refuse: there is no rule "NOPE"'],
    [
      withRule({ allow: ["FIELD_NO_DELETE"], refuse: ["FIELD_NO_DELETE"] }),
      'rules[0].allow: "FIELD_NO_DELETE" is in refuse too',
    ],
    [withSubjects({ Acme: {} }), "subjects.Acme: it is no owner"],
    [withSubjects({ "acme/x": {} }), "subjects.acme/x: it is no owner"],
    [withSubjects({ "*": { roots: ["svc"] } }), "subjects.*.roots: a root belongs to one owner"],
    [withSubjects({ acme: { roots: ["A"] } }), 'subjects.acme.roots: "A" is no root'],
    [withSubjects({ acme: { roots: ["$SRV"] } }), '"$SRV" is no root'],
    [withSubjects({ acme: { grammars: ["a.<B>"] } }), '"a.<B>" cannot be read: the token "<B>"'],
    [
      withSubjects({ acme: { roots: ["ai"] }, bodybroker: { roots: ["ai"] } }),
      'subjects.bodybroker.roots: "ai" and "ai" of acme begin alike',
    ],
    [
      withSubjects({ acme: { roots: ["eu"] }, bodybroker: { roots: ["eu.ai"] } }),
      'subjects.bodybroker.roots: "eu.ai" and "eu" of acme begin alike',
    ],
    [{ ...defaultPolicy, owners: { acme: ["team"] } }, 'owners: "acme" fits no module'],
  ])("of %j are %j", (policy, problem) => {
    expect(policyProblems(policy)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("policyWarnings", () => {
  const modules = ["acme/orders", "acme/shop", "bodybroker/npc"];

  it.each<[Policy, readonly string[]]>([
    [defaultPolicy, []],
    [withRule({ modules: "acme/*" }), []],
    [
      withRule({ modules: "acme/order" }),
      ['rules[0].modules: "acme/order" fits no registered module; the nearest are acme/orders'],
    ],
    [
      { ...defaultPolicy, owners: { "acme/shops": ["team"] } },
      ['owners: "acme/shops" fits no registered module; the nearest are acme/shop'],
    ],
    [
      withSubjects({ "*": {}, acmo: { roots: ["a"] } }),
      ['subjects: "acmo" owns no registered module; the nearest are acme'],
    ],
    [withRule({ block: ["json", "source"] }), ["rules[0].block: it has source and not wire"]],
    [withRule({ block: ["source"] }), ["has source and not wire and json, which breaks more"]],
    [withRule({ block: ["wire", "json"] }), []],
    [withRule({ block: ["wire", "dangerous", "addition"] }), []],
  ])("of %j are %j", (policy, warnings) => {
    expect(policyWarnings(policy, modules)).toEqual(
      warnings.map((each) => expect.stringContaining(each)),
    );
  });

  it.each<[Partial<PolicyRule>, Partial<PolicyRule>, boolean]>([
    [{ modules: "*" }, { modules: "acme/orders" }, true],
    [{ modules: "acme/*" }, { modules: "acme/orders" }, true],
    [{ modules: "acme/*" }, { modules: "acme/o*" }, true],
    [{ modules: "acme/*" }, { modules: "*" }, false],
    [{ modules: "acme/o*" }, { modules: "acme/*" }, false],
    [{ modules: "*", stability: ["beta"] }, { modules: "*" }, false],
    [{ modules: "*" }, { modules: "*", stability: ["beta"] }, true],
    [{ stability: ["beta", "alpha"] }, { stability: ["beta"] }, true],
    [{ stability: ["beta"] }, { stability: ["beta", "alpha"] }, false],
  ])("behind %j a rule for %j is never reached: %s", (earlier, later, isNever) => {
    const rules = [earlier, later].map((each) => ({ modules: "*", block: [], ...each }));
    const found = policyWarnings({ ...defaultPolicy, rules }, []);
    const warning = "rules[1]: it is never reached, since rules[0] fits all that it fits";
    expect(found).toEqual(isNever ? [warning] : []);
  });

  it("compares no names while nothing is registered", () => {
    expect(policyWarnings(withRule({ modules: "acme/order" }), [])).toEqual([]);
  });
});
