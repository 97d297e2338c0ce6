import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { linkSchema, messageType } from "../../../../../contract-tests/runner/contract.ts";
import { compileTestdata } from "../../../../../contract-tests/testing/compile.ts";
import { basesOf, breakRule } from "../../../../../registry/core/samples/breaking/negatives.ts";
import { ruleTargets } from "../../../../../registry/core/samples/breaking/targets.ts";
import {
  createGenerator,
  type Generator,
  variedMessages,
} from "../../../../../registry/core/samples/messages.ts";
import type { Schema } from "../../../../../registry/core/samples/schema.ts";
import { type CompiledProtos, compileProtos } from "../../../../testing/compile-protos.ts";
import { type Acceptance, compileAcceptance } from "./acceptance.ts";

/** What became of messages, by the compiled check and by protovalidate. */
interface Tally {
  accepted: number;
  rejected: number;
  /** Accepted, and protovalidate finds a fault: must never be. */
  readonly wrong: Message[];
  /** Valid, but only protovalidate could say so. */
  readonly missed: Message[];
}

const seed = 5;

/** Valid messages, and such as break one rule each, and what damaged bytes decode to. */
function messagesOf(generator: Generator, desc: DescMessage): Message[] {
  const valid = fc.sample(variedMessages(generator, desc), { numRuns: 6, seed });
  // Types within have their own turn.
  const own = [...ruleTargets(generator, desc)].filter(({ steps }) => steps.length === 0);
  const broken = own.flatMap((target) => {
    const bases = fc.sample(basesOf(generator, desc, target, []), { numRuns: 1, seed });
    return bases.map((base) => breakRule(generator, desc, target, base));
  });
  return [
    ...valid,
    ...broken.flatMap((each) => (each.kind === "broken" ? [each.negative.message] : [])),
    ...valid.flatMap((message) => damaged(desc, message)),
  ];
}

/** What the bytes of a message decode to when one of them is another. */
function damaged(desc: DescMessage, message: Message): Message[] {
  const bytes = toBinary(desc, message);
  if (bytes.length === 0) return [];
  const places = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  return fc.sample(places, { numRuns: 6, seed }).flatMap(([at, change]) => {
    const changed = bytes.slice();
    changed[at] = (bytes[at] ?? 0) ^ change;
    try {
      return [fromBinary(desc, changed)];
    } catch {
      return [];
    }
  });
}

function tally(schema: Schema, desc: DescMessage, accepts: Acceptance, messages: Message[]): Tally {
  const seen: Tally = { accepted: 0, rejected: 0, wrong: [], missed: [] };
  for (const message of messages) {
    const isValid = schema.validator.validate(desc, message).kind === "valid";
    const isAccepted = accepts(message);
    if (isAccepted) seen.accepted += 1;
    if (!isValid) seen.rejected += 1;
    if (isAccepted && !isValid) seen.wrong.push(message);
    if (!isAccepted && isValid) seen.missed.push(message);
  }
  return seen;
}

describe("compileAcceptance, over the first customer's contracts", () => {
  let protos: CompiledProtos;
  let schema: Schema;
  beforeAll(() => {
    protos = compileProtos("proto", ["bodybroker"]);
    schema = linkSchema(protos.image);
  });

  it("decides of every request, reply and event, except where the contract has CEL", () => {
    const bound = protos.bindings.flatMap((binding) =>
      binding.kind === "event" ? [binding.messageType] : [binding.messageType, binding.replyType],
    );
    expect(bound.length).toBeGreaterThan(100);
    const left = [...new Set(bound)].filter((name) => {
      const desc = schema.registry.getMessage(name);
      return desc === undefined || compileAcceptance(desc, schema.validator) === null;
    });
    expect(left.sort()).toEqual([
      "bodybroker.payment.v1.ProcessPaymentRequest",
      "bodybroker.payment.v1.RefundPaymentRequest",
    ]);
  });

  it("accepts what protovalidate calls valid, and nothing else", () => {
    const generator = createGenerator(schema, Date.now());
    const all = { types: 0, accepted: 0, rejected: 0 };
    for (const desc of schema.registry) {
      if (desc.kind !== "message" || !desc.typeName.startsWith("bodybroker.")) continue;
      const accepts = compileAcceptance(desc, schema.validator);
      if (accepts === null) continue;
      const seen = tally(schema, desc, accepts, messagesOf(generator, desc));
      expect(seen.wrong, desc.typeName).toEqual([]);
      expect(seen.missed, desc.typeName).toEqual([]);
      all.types += 1;
      all.accepted += seen.accepted;
      all.rejected += seen.rejected;
    }
    expect(all.types).toBeGreaterThan(200);
    expect(all.accepted).toBeGreaterThan(1000);
    expect(all.rejected).toBeGreaterThan(500);
  });
});

describe("compileAcceptance, over a contract with every kind of rule", () => {
  it("accepts only what protovalidate calls valid", async () => {
    const schema = linkSchema(await compileTestdata("zoo"));
    const generator = createGenerator(schema, Date.now());
    const left: string[] = [];
    for (const name of ["Texts", "Numbers", "Others", "Containers", "Tree", "Related", "Shouted"]) {
      const desc = messageType(schema, `zoo.v1.${name}`);
      const accepts = compileAcceptance(desc, schema.validator);
      if (accepts === null) left.push(name);
      else expect(tally(schema, desc, accepts, messagesOf(generator, desc)).wrong).toEqual([]);
    }
    // They have e-mail addresses, CEL, the present time, and a predefined rule.
    expect(left).toEqual(["Texts", "Numbers", "Others", "Related", "Shouted"]);
  });
});
