import { create } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { compileTestdata } from "../testing/compile.ts";
import { linkSchema, messageType } from "./contract.ts";
import { createKnownValues } from "./known-values.ts";

let schema: Schema;

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
    known.learn(desc, order("first"));
    known.learn(desc, order("second"));
    const used = [known.use(desc, asked), known.use(desc, asked)];
    expect(used.map((each) => (each as unknown as { itemId: string }).itemId).sort()).toEqual([
      "first",
      "second",
    ]);
    expect(asked).toMatchObject({ itemId: "random" });
  });
});
