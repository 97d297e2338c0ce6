import { ProcessPaymentResponseSchema, RefundPaymentRequestSchema } from "@bodybroker/payment/v1";
import { create } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { compileTestdata } from "../testing/compile.ts";
import { linkSchema, messageType } from "./contract.ts";
import { createKnownValues } from "./known-values.ts";
import type { Finding } from "./laws/law.ts";
import type { FailureDetail } from "./report.ts";

let schema: Schema;

function failing(shown: Pick<FailureDetail, "message" | "nearest" | "hex">): Finding {
  const failure = { summary: "", answer: "", ...shown } as FailureDetail;
  return { verdict: "fail", samples: 1, evidence: {}, failure };
}

beforeAll(async () => {
  schema = linkSchema(await compileTestdata("shop"));
});

describe("createKnownValues", () => {
  it("puts what was learnt into fields of the same name, the newest first, in a copy", () => {
    const desc = messageType(schema, "shop.v1.OrderRequest");
    const known = createKnownValues();
    const order = (itemId: string) =>
      create(desc, { itemId, customer: { $typeName: "shop.v1.Customer", name: "n", region: 1 } });
    const asked = order("random");
    expect(known.use(desc, asked)).toBeNull();
    known.learn(desc, order("first"), "made");
    known.learn(desc, order("second"), "received");
    const used = [known.use(desc, asked), known.use(desc, asked)];
    expect(used.map((each) => (each as unknown as { itemId: string }).itemId).sort()).toEqual([
      "first",
      "second",
    ]);
    expect(asked).toMatchObject({ itemId: "random" });
  });

  it("uses what a sensitive field held, and shows it to nobody", () => {
    const known = createKnownValues();
    const transactionId = "4711-secret";
    known.learn(
      ProcessPaymentResponseSchema,
      create(ProcessPaymentResponseSchema, { transactionId }),
      "received",
    );
    const asked = create(RefundPaymentRequestSchema, { transactionId: "random", reason: "broken" });
    const used = known.use(RefundPaymentRequestSchema, asked);
    expect(used).toMatchObject({ transactionId, reason: "broken" });
    const shown = { transactionId, reason: "broken", list: [{ a: 1 }, transactionId] };
    const concealed = {
      transactionId: "(sensitive)",
      reason: "broken",
      list: [{ a: 1 }, "(sensitive)"],
    };
    const finding = failing({ message: shown, nearest: shown, hex: "0a01" });
    expect(known.conceal(finding)).toMatchObject({
      failure: { message: concealed, nearest: concealed, hex: "" },
    });
    const made = create(RefundPaymentRequestSchema, { transactionId: "made-up" });
    known.learn(RefundPaymentRequestSchema, made, "made");
    const open = failing({ message: { transactionId: "made-up" }, nearest: null, hex: "0a01" });
    expect(known.conceal(open)).toEqual(open);
  });
});
