import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { messageType } from "../../../../../contract-tests/runner/contract.ts";
import type { Schema } from "../../../../../registry/core/samples/schema.ts";
import { compileRuleTypes, messagesOf } from "../../../testing/rule-types.ts";
import { type Acceptance, compileAcceptance } from "./acceptance.ts";

let schema: Schema;
beforeAll(() => {
  schema = compileRuleTypes();
});

type Init = Record<string, unknown>;

/** What only protovalidate can judge, and what it cannot judge either. */
const left = /^(Unknown|Wrong|Judged$|Failing$)/;
/** Where protovalidate itself finds too little. */
const cycles = /^Cycle/;

function typesOf(isWanted: (name: string) => boolean): readonly DescMessage[] {
  return [...schema.registry].flatMap((type) =>
    type.kind === "message" && type.file.proto.package === "rules.v1" && isWanted(type.name)
      ? [type]
      : [],
  );
}

function compiled(name: string): { desc: DescMessage; accepts: Acceptance } {
  const desc = messageType(schema, `rules.v1.${name}`);
  const accepts = compileAcceptance(desc, schema.validator);
  if (accepts === null) throw new Error(`${name} was left to the judge`);
  return { desc, accepts };
}

function isValid(desc: DescMessage, message: Message): boolean {
  return schema.validator.validate(desc, message).kind === "valid";
}

describe("compileAcceptance", () => {
  it("says of every rule that it knows what protovalidate says", () => {
    const types = typesOf((name) => !left.test(name) && !cycles.test(name));
    expect(types.length).toBeGreaterThan(110);
    const oneSided: string[] = [];
    for (const desc of types) {
      const accepts = compileAcceptance(desc, schema.validator);
      const verdicts = messagesOf(desc).map(({ message }) => ({
        message,
        accepted: accepts?.(message),
        valid: isValid(desc, message),
      }));
      const differ = verdicts.filter(({ accepted, valid }) => accepted !== valid);
      expect(differ, desc.typeName).toEqual([]);
      // Otherwise the comparison would say nothing.
      const seen = new Set(verdicts.map(({ valid }) => valid));
      if (seen.size < 2) oneSided.push(desc.name);
    }
    expect(oneSided).toEqual([]);
  });

  it("leaves rules to protovalidate that it does not know, and rules that are wrong", () => {
    const known = typesOf((name) => left.test(name)).filter(
      (desc) => compileAcceptance(desc, schema.validator) !== null,
    );
    expect(known.map(({ name }) => name)).toEqual([]);
  });

  it("follows types that lead back to each other, where protovalidate 1.3 stops", () => {
    const { desc, accepts } = compiled("CycleInner");
    const around = (text: string) =>
      create(desc, { outer: { inner: { text: { v: text } } } } as Init);
    expect(accepts(around("ab"))).toBe(true);
    expect(accepts(around("a"))).toBe(false);
  });

  it("never accepts a message on which a rule within fails", () => {
    const { desc, accepts } = compiled("HoldsFailing");
    const failing = create(desc, { v: { names: [] } } as Init);
    expect(schema.validator.validate(desc, failing).kind).toBe("error");
    expect(accepts(failing)).toBe(false);
    expect(accepts(create(desc, { v: { names: ["a"] } } as Init))).toBe(true);
  });

  it("takes moments with unknown fields for others, as protovalidate does", () => {
    const { desc, accepts } = compiled("DurationConst");
    const $unknown = [{ no: 99, wireType: 0, data: new Uint8Array([1]) }];
    const moment = { $typeName: "google.protobuf.Duration", seconds: 2n, nanos: 0 };
    const strange = create(desc, { v: { ...moment, $unknown } } as Init);
    expect(isValid(desc, strange)).toBe(false);
    expect(accepts(strange)).toBe(false);
    expect(accepts(create(desc, { v: moment } as Init))).toBe(true);
  });

  it("does not see what a prototype holds as entries of a map", () => {
    const { desc, accepts } = compiled("MapMinPairs");
    const entries = Object.assign(Object.create({ inherited: 1 }), { own: 1 });
    const message = create(desc, { v: entries } as Init);
    expect(isValid(desc, message)).toBe(false);
    expect(accepts(message)).toBe(false);
  });

  it("reads the key __proto__ like any other", () => {
    const { desc, accepts } = compiled("MapMessages");
    const entries = (text: string) =>
      JSON.parse(`{"__proto__": {"$typeName": "rules.v1.TextMinLen", "v": "${text}"}}`) as Init;
    expect(accepts(create(desc, { v: entries("ab") } as Init))).toBe(true);
    expect(accepts(create(desc, { v: entries("a") } as Init))).toBe(false);
  });

  it("accepts neither other types' messages nor values of other types", () => {
    const { accepts } = compiled("TextMinLen");
    const malformed = (v: unknown) => ({ $typeName: "rules.v1.TextMinLen", v }) as Message;
    expect(accepts({ $typeName: "rules.v1.TextLen", v: "ab" } as Message)).toBe(false);
    for (const v of [null, undefined, 5, {}]) expect(accepts(malformed(v))).toBe(false);
  });

  it("follows a type into itself, down to what breaks its rules", () => {
    const { desc, accepts } = compiled("Tree");
    const tree = (depth: number, leaf: string): Init =>
      depth === 0 ? { name: leaf } : { name: "a", children: [tree(depth - 1, leaf)] };
    expect(accepts(create(desc, tree(90, "b")))).toBe(true);
    expect(accepts(create(desc, tree(90, "")))).toBe(false);
  });
});
