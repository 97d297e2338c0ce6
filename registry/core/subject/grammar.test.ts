import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultPolicy, type Policy } from "../policy/policy.ts";
import { pattern } from "../testing/pattern.ts";
import { grammarProblem } from "./grammar.ts";
import { grammarOf } from "./owner-grammar.ts";

/** The default grammar in an estate where one owner has a root of another name. */
const estate: Policy["subjects"] = {
  ...defaultPolicy.subjects,
  bodybroker: { roots: ["ai"] },
};
const problem = (text: string, owner: string, protoPackage: string, subjects = estate) =>
  grammarProblem(pattern(text), protoPackage, grammarOf(subjects, owner));

describe("grammarProblem of the default grammar", () => {
  it.each([
    ["ai.npc.behavior.request.v1", "bodybroker", "bodybroker.npc.v1"],
    ["ai.npc.plan.v1", "bodybroker", "bodybroker.npc.v1"],
    ["ai.world.state.update.v1.{world_id}", "bodybroker", "bodybroker.world.v1"],
    ["ai.model.infer.token.v2.{meta.request_id}.{n}", "bodybroker", "bodybroker.model.v2"],
    ["ai.npc.plan.v2", "bodybroker", "bodybroker.npc.v2beta1"],
    ["charter.registry.resolve.v1", "charter", "charter.registry.v1"],
    ["acme.shop.order.v1", "acme", "acme.shop.v1"],
    ["constructor.shop.order.v1", "constructor", "acme.shop.v1"],
    // A word that looks like a version, before the version.
    ["ai.v1.plan.v2", "bodybroker", "bodybroker.npc.v2"],
  ])("takes %s of %s in %s", (text, owner, protoPackage) => {
    expect(problem(text, owner, protoPackage)).toBeNull();
  });

  it.each([
    ["ai.npc.plan", "bodybroker.npc.v1", "no version token"],
    ["ai.npc.plan.v0", "bodybroker.npc.v1", "no version token"],
    ["ai.npc.plan.V1", "bodybroker.npc.v1", "no version token"],
    ["ai.npc.plan.{v1}", "bodybroker.npc.v1", "no version token"],
    ["ai.Npc.plan.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["ai.npc.{id}.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["ai.npc.1st.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["{id}.npc.plan.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["bb.npc.plan.v1", "bodybroker.npc.v1", '"bodybroker" have the root "ai", this one starts'],
    ["ai.npc.v1", "bodybroker.npc.v1", "it names no domain and operation"],
    ["ai.npc.plan.v1.done", "bodybroker.npc.v1", "only {parameters} may follow v1"],
    ["ai.npc.plan.v1.{id}.done", "bodybroker.npc.v1", "only {parameters} may follow v1"],
    ["ai.npc.plan.v1", "bodybroker.npc", "name it like bodybroker.npc.v1"],
    ["ai.npc.plan.v1", "bodybroker.npc.v2", "v1 is not the major of its proto package"],
    ["ai.npc.plan.v12", "bodybroker.npc.v1", "expected v1"],
    ["ai.npc", "bodybroker.npc.v1", "ai.<domain>[.<service>].<operation…>.v<major>[.{id}…]"],
  ])("refuses %s in %s and says %j", (text, protoPackage, reason) => {
    expect(problem(text, "bodybroker", protoPackage)).toContain(reason);
  });
});

describe("grammarProblem with roots that belong to an owner", () => {
  it.each([
    ["ai.shop.order.v1", "acme", '"ai" belongs to the modules of "bodybroker"'],
    ["ai.shop.order.v1", "ai", '"ai" belongs to the modules of "bodybroker"'],
    ["aim.shop.order.v1", "aim", null],
    ["bodybroker.shop.order.v1", "bodybroker", 'have the root "ai"'],
  ])("%s of %s: %j", (text, owner, reason) => {
    const found = problem(text, owner, "some.shop.v1");
    if (reason === null) expect(found).toBeNull();
    else expect(found).toContain(reason);
  });

  it("takes several roots, and roots of several tokens", () => {
    const subjects: Policy["subjects"] = {
      acme: { grammars: ["<root>.<domain>.v<major>"], roots: ["eu.acme", "us.acme"] },
    };
    const of = (text: string) => problem(text, "acme", "acme.shop.v1", subjects);
    expect(of("eu.acme.shop.v1")).toBeNull();
    expect(of("us.acme.shop.v1")).toBeNull();
    expect(of("eu.shop.v1")).toContain('root "eu.acme" or "us.acme", this one starts with "eu"');
    expect(of("eu.acme.v1")).toContain("expected eu.acme.<domain>.v<major> or us.acme.<domain>");
    expect(problem("eu.acme.order.pay.v1", "other", "o.v1", subjects)).toContain(
      '"eu.acme" belongs to the modules of "acme"',
    );
  });
});

it("grammarProblem takes any subject but another owner's where there is no grammar", () => {
  const subjects = { ...estate, "*": { grammars: [] } };
  expect(problem("Any.thing.{at}.all", "acme", "p", subjects)).toBeNull();
  expect(problem("ai.thing", "acme", "p", subjects)).toContain('"ai" belongs to');
});

describe("grammarProblem of other estates' grammars", () => {
  const svc = ["svc.<domain>.v<major>.<operation>[.{id}…]"];
  it.each<[readonly string[], string, string, number | undefined, string | null]>([
    [svc, "svc.quest.v1.generate", "quest.v1", undefined, null],
    [svc, "svc.quest.v1.generate.{id}.{n}", "quest.v1", undefined, null],
    [svc, "svc.quest.v1.v2", "quest.v1", undefined, null],
    [svc, "svc.quest.v1.generate", "quest", 1, null],
    [svc, "svc.quest.v1.generate", "quest", undefined, "has no version"],
    [svc, "svc.quest.v2.generate", "quest", 1, "expected v1"],
    [svc, "svc.quest.v2.generate", "quest.v1", undefined, "its version v2 is not the major"],
    [svc, "svc.quest.v1", "quest.v1", undefined, "it ends where a lower-case word for <operation>"],
    [svc, "svc.quest.v1.go.now", "quest.v1", undefined, '"now" stands where a {parameter} is'],
    [svc, "srv.quest.v1.go", "quest.v1", undefined, '"srv" stands where "svc" is expected'],
    [svc, "svc.Quest.v1.go", "quest.v1", undefined, '"Quest" stands where a lower-case word for'],
    [svc, "svc.quest.{id}.v1", "quest.v1", undefined, "{id} stands where v<major> is expected"],
    [svc, "svc.quest.generate", "quest.v1", undefined, "it has no version token"],
    [["svc.<domain>"], "svc.quest", "quest", undefined, null],
    [["svc.<domain>"], "svc.quest.v1", "quest", undefined, '"v1" is one token too many'],
    [["game.{world}.<event…>"], "game.{id}.npc.died", "npc", undefined, null],
    [["game.{world}.<event…>"], "game.npc.died", "npc", undefined, '"npc" stands where a {param'],
    [["svc.*.v<major>.>"], "svc.Quest.v1.doIt.{id}", "quest.v1", undefined, null],
    [["svc.*.v<major>.>"], "svc.Quest.v1", "quest.v1", undefined, "it ends where a token is"],
    [["a.<x>[.<y>].z"], "a.b.z", "p", undefined, null],
    [["a.<x>[.<y>].z"], "a.b.c.z", "p", undefined, null],
    [["a.<x>[.<y>].z"], "a.b.c.d", "p", undefined, '"d" stands where "z" is expected'],
    [["a.<x>[.<y>].z"], "a.z", "p", undefined, "it ends where"],
    [["rpc.<x>", "evt.<x>"], "evt.died", "p", undefined, null],
    [["rpc.<x>", "evt.<x>"], "evt.{id}", "p", undefined, "expected rpc.<x> or evt.<x>"],
    [["rpc.<x>", "evt.<x>"], "evt.{id}", "p", undefined, "a lower-case word for <x>"],
  ])("%j of %s in %s, unversioned %j: %j", (grammars, text, protoPackage, unversioned, reason) => {
    const naming = unversioned === undefined ? { grammars } : { grammars, unversioned };
    const found = problem(text, "acme", protoPackage, { "*": naming });
    if (reason === null) expect(found).toBeNull();
    else expect(found).toContain(reason);
  });

  it("takes what an owner's own grammar says, and that of * for the rest", () => {
    const subjects = { "*": { grammars: ["all.<x>"] }, acme: { grammars: ["own.<x>"] } };
    expect(problem("own.a", "acme", "p", subjects)).toBeNull();
    expect(problem("all.a", "acme", "p", subjects)).toContain("expected own.<x>");
    expect(problem("all.a", "constructor", "p", subjects)).toBeNull();
    expect(problem("emca.a.b.v1", "emca", "p.v1", { acme: { grammars: ["own.<x>"] } })).toBeNull();
    const rooted = {
      "*": { grammars: ["<root>.<x>.v<major>"], unversioned: 3 },
      acme: { roots: ["r"] },
    };
    expect(problem("r.a.v3", "acme", "p", rooted)).toBeNull();
  });
});

it("a subject that is written along the default grammar fits, and no other first token does", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
  const parts = fc.record({
    words: fc.array(word, { minLength: 2, maxLength: 6 }),
    major: fc.integer({ min: 1, max: 9999 }),
    ids: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(parts, word, ({ words, major, ids }, first) => {
      const rest = [...words, `v${major}`, ...ids.map((id) => `{${id}}`)].join(".");
      expect(problem(`ai.${rest}`, "bodybroker", `x.v${major}`)).toBeNull();
      if (first !== "ai")
        expect(problem(`${first}.${rest}`, "bodybroker", `x.v${major}`)).not.toBeNull();
    }),
    { numRuns: 200 },
  );
});
