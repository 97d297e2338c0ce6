import { create, type DescMessage } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { messageType } from "../../../../contract-tests/runner/contract.ts";
import type { Schema } from "../../../../registry/core/samples/schema.ts";
import { compileRuleTypes } from "../../testing/rule-types.ts";
import { CharterError } from "../errors/charter-error.ts";
import { describeViolations, violationsOf } from "./validation.ts";

let schema: Schema;
beforeAll(() => {
  schema = compileRuleTypes();
});

function violationsIn(name: string, init: Record<string, unknown>) {
  const desc: DescMessage = messageType(schema, `rules.v1.${name}`);
  return violationsOf(desc, create(desc, init));
}

describe("violationsOf", () => {
  it.each([
    ["by rules that are compiled", "TextMinLen", { v: "ab" }],
    ["by rules that only protovalidate knows", "UnknownEmail", { v: "a@b.c" }],
    ["by rules of both kinds", "HoldsJudged", { v: { a: 1, b: 2 } }],
  ])("finds nothing in a valid message, %s", (_how, name, init) => {
    expect(violationsIn(name, init)).toEqual([]);
  });

  it.each([
    ["TextMinLen", { v: "a" }, "v", "string.min_len"],
    ["UnknownEmail", { v: "a" }, "v", "string.email"],
    ["HoldsJudged", { v: { a: 2, b: 1 } }, "v", "judged.order"],
    ["ListMessages", { v: [{ v: "ab" }, { v: "a" }] }, "v[1].v", "string.min_len"],
  ])("names what breaks a rule of %s, as protovalidate does", (name, init, field, ruleId) => {
    const violations = violationsIn(name, init);
    expect(violations).toEqual([{ field, ruleId, message: expect.any(String) }]);
    expect(describeViolations(violations)).toBe(`${field}: ${violations[0]?.message}`);
  });

  it.each([
    ["fails", "Failing", { names: [] }],
    ["fails in a message within", "HoldsFailing", { v: { names: [] } }],
    ["is no pattern", "WrongPattern", { v: "a" }],
    ["is for another kind of field", "WrongKind", { v: 1 }],
    ["is wrong in a type within, which is not set", "WrongWithin", {}],
  ])("throws internal when a rule %s", (_how, name, init) => {
    const attempt = () => violationsIn(name, init);
    expect(attempt).toThrow(CharterError);
    expect(attempt).toThrow(`the validation rules of rules.v1.${name} cannot be evaluated`);
  });
});
