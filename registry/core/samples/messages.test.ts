import { toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { linkSchema, messageType } from "../../../contract-tests/runner/contract.ts";
import { compileTestdata } from "../../../contract-tests/testing/compile.ts";
import { demandOf } from "./demand.ts";
import { createGenerator, variedMessages } from "./messages.ts";
import { classify } from "./oracle.ts";
import type { Schema } from "./schema.ts";
import { subjectToken } from "./values/text.ts";

let schema: Schema;

beforeAll(async () => {
  schema = linkSchema(await compileTestdata("zoo"));
});

describe("variedMessages", () => {
  it.each(["Texts", "Numbers", "Others", "Containers", "Tree", "Related", "Shouted"])(
    "makes only valid messages of zoo.v1.%s, on the wire too",
    (name) => {
      const generator = createGenerator(schema, Date.now());
      const desc = messageType(schema, `zoo.v1.${name}`);
      fc.assert(
        fc.property(variedMessages(generator, desc), (message) => {
          const seen = classify(schema, desc, toBinary(desc, message));
          expect(seen).toMatchObject({ kind: "valid" });
        }),
        { numRuns: 150, seed: 7 },
      );
      expect([...generator.limits]).toEqual([]);
    },
  );
});

describe("what cannot be made", () => {
  it.each([
    ["NeededEmptyRange", /NeededEmptyRange.impossible: no listed value keeps its other rules/],
    ["Endless", /Endless.next: zoo.v1.Endless demands itself without end/],
    ["TooFewBooleans", /TooFewBooleans.flags: its values are too few for 3 different ones/],
    [
      "NeverTrue",
      /none of 300 generated values keeps the rules of zoo.v1.NeverTrue \(never.true\)/,
    ],
  ])("zoo.v1.%s is said to be unsatisfiable, with the reason", (name, reason) => {
    const desc = messageType(schema, `zoo.v1.${name}`);
    expect(() => createGenerator(schema, Date.now()).messages(desc, "mixed")).toThrow(reason);
  });

  it("a field that may be absent and has no valid value is left out, and noted", () => {
    const generator = createGenerator(schema, Date.now());
    const desc = messageType(schema, "zoo.v1.EmptyRange");
    fc.sample(variedMessages(generator, desc), 5);
    expect([...generator.limits]).toEqual([
      "field zoo.v1.EmptyRange.impossible: no listed value keeps its other rules",
    ]);
  });

  it("a rule that fails to run is seen as an error of the schema", () => {
    const desc = messageType(schema, "zoo.v1.FailingRule");
    const samples = fc.sample(variedMessages(createGenerator(schema, Date.now()), desc), 50);
    const kinds = new Set(samples.map((each) => classify(schema, desc, toBinary(desc, each)).kind));
    expect(kinds).toContain("rule-error");
  });
});

describe("a demand", () => {
  it("puts a subject's token in the field, and whatever lies on the way to it", () => {
    const desc = messageType(schema, "zoo.v1.Containers");
    const demand = demandOf([
      { path: ["item", "id"], token: true },
      { path: ["optional_item", "id"], token: true },
      { path: ["number"], token: true },
    ]);
    for (const density of ["bare", "mixed", "full"] as const) {
      for (const each of fc.sample(
        createGenerator(schema, Date.now()).messages(desc, density, demand),
        40,
      )) {
        const json = toJson(desc, each, { registry: schema.registry });
        expect(json).toMatchObject({
          item: { id: expect.stringMatching(subjectToken) },
          optionalItem: { id: expect.stringMatching(subjectToken) },
          number: expect.any(Number),
        });
      }
    }
  });
});
