import { describe, expect, it } from "vitest";
import { pattern } from "../testing/pattern.ts";
import { defaultGrammar, grammarProblem, isUnstable, packageMajor } from "./grammar.ts";

describe("packageMajor and isUnstable", () => {
  it.each([
    ["bodybroker.npc.v1", 1, false],
    ["bodybroker.npc.v12", 12, false],
    ["a.v2beta1", 2, true],
    ["a.v2alpha", 2, true],
    ["a.v1p1beta1", 1, true],
    ["a.v1test", 1, true],
    ["a.v1.b", null, true],
    ["a.v0", null, true],
    ["a.v01", null, true],
    ["a.av1", null, true],
    ["v1", null, true],
    ["", null, true],
  ])("of %j are %j and %j", (name, major, unstable) => {
    expect(packageMajor(name)).toBe(major);
    expect(isUnstable(name)).toBe(unstable);
  });
});

describe("grammarProblem", () => {
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
    expect(grammarProblem(pattern(text), owner, protoPackage, defaultGrammar)).toBeNull();
  });

  it.each([
    ["ai.npc.plan", "bodybroker.npc.v1", "no version token"],
    ["ai.npc.plan.v0", "bodybroker.npc.v1", "no version token"],
    ["ai.npc.plan.V1", "bodybroker.npc.v1", "no version token"],
    ["ai.npc.plan.{v1}", "bodybroker.npc.v1", "no version token"],
    ["ai.Npc.plan.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["ai.npc.{id}.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["ai.npc.1st.v1", "bodybroker.npc.v1", "the tokens before v1 must be lower-case words"],
    ["bb.npc.plan.v1", "bodybroker.npc.v1", '"bodybroker" have the root "ai", this one starts'],
    ["ai.npc.v1", "bodybroker.npc.v1", "it names no domain and operation"],
    ["ai.npc.plan.v1.done", "bodybroker.npc.v1", "only {parameters} may follow v1"],
    ["ai.npc.plan.v1.{id}.done", "bodybroker.npc.v1", "only {parameters} may follow v1"],
    ["ai.npc.plan.v1", "bodybroker.npc", "name it like bodybroker.npc.v1"],
    ["ai.npc.plan.v1", "bodybroker.npc.v2", "v1 is not the major of its proto package"],
    ["ai.npc.plan.v12", "bodybroker.npc.v1", "expected v1"],
  ])("refuses %s in %s and says %j", (text, protoPackage, reason) => {
    const problem = grammarProblem(pattern(text), "bodybroker", protoPackage, defaultGrammar);
    expect(problem).toContain(reason);
  });
});
