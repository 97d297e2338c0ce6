import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createGenerator,
  type Generator,
  variedMessages,
} from "../../../registry/core/samples/messages.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { bakeryContract } from "../../faults/bakery-contract.ts";
import { compileTestdata } from "../../testing/compile.ts";
import { linkSchema, messageType } from "../contract.ts";
import { addedFields, openEnums, withEnumValue, withFields } from "./unknown-parts.ts";

let generator: Generator;
let order: DescMessage;
let open: Generator;
let outer: DescMessage;

beforeAll(async () => {
  const [{ descriptors }, openDescriptors] = await Promise.all([
    bakeryContract(),
    compileTestdata("open"),
  ]);
  generator = createGenerator(linkSchema(descriptors), 0);
  order = messageType(generator.schema, "bakery.v1.OrderRequest");
  open = createGenerator(linkSchema(openDescriptors), 0);
  outer = messageType(open.schema, "open.v1.Outer");
});

const bytesOf = (message: Message) => Buffer.from(toBinary(order, message)).toString("hex");

describe("withFields", () => {
  it("adds what the type does not know, and changes nothing that it knows", () => {
    fc.assert(
      fc.property(variedMessages(generator, order), addedFields, (message, added) => {
        const extended = withFields(order, message, added);
        const bytes = toBinary(order, extended);
        expect(bytes.length).toBeGreaterThan(toBinary(order, message).length);
        const known = fromBinary(order, bytes, { readUnknownFields: false });
        expect(bytesOf(known)).toBe(bytesOf(message));
        expect(judge(generator.schema, order, fromBinary(order, bytes)).kind).toBe("valid");
      }),
    );
  });

  it("gives numbers that are neither used nor reserved", () => {
    const numbers = new Set<number>();
    fc.assert(
      fc.property(addedFields, (added) => {
        const at = added.map((each) => ({ ...each, place: 0 }));
        const { $unknown = [] } = withFields(order, fromBinary(order, new Uint8Array()), at);
        for (const { no } of $unknown) numbers.add(no);
      }),
    );
    expect([1, 2, 3, 4, 5, 6].filter((number) => numbers.has(number))).toEqual([]);
    expect(numbers).toContain(7);
  });
});

describe("openEnums", () => {
  it("finds the enums whose rules leave them open, with a value that they do not know", () => {
    const found = openEnums(outer).map(({ path, unknown }) => `${path.join(".")} ${unknown}`);
    expect(found).toEqual([
      "plain 3",
      "barred 4",
      "listed 3",
      "mapped 3",
      "inner.kind 3",
      "inners.kind 3",
      "ignored 3",
    ]);
  });
});

describe("withEnumValue", () => {
  it("makes a valid message with the unknown value, for each of them", () => {
    const tried = new Set<string>();
    for (const target of openEnums(outer)) {
      for (const message of fc.sample(open.messages(outer, "full"), { numRuns: 10, seed: 1 })) {
        const changed = withEnumValue(outer, message, target);
        if (changed === null) continue;
        tried.add(target.path.join("."));
        expect(judge(open.schema, outer, changed)).toEqual({ kind: "valid" });
        expect(toBinary(outer, changed)).not.toEqual(toBinary(outer, message));
      }
    }
    expect(tried.size).toBe(7);
  });
});
