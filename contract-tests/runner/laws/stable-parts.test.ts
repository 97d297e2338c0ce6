import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import type { Schema } from "../../../registry/core/samples/schema.ts";
import { bakeryContract } from "../../faults/bakery-contract.ts";
import { linkSchema, messageType } from "../contract.ts";
import { unstablePart } from "./stable-parts.ts";

let schema: Schema;
beforeAll(async () => {
  schema = linkSchema((await bakeryContract()).descriptors);
});

const takenAt = (seconds: bigint) => ({ takenAt: { seconds, nanos: 0 } });

describe("unstablePart", () => {
  it.each([
    ["equal", "bakery.v1.OrderResponse", { orderId: "a" }, { orderId: "a" }, null],
    ["another value", "bakery.v1.OrderResponse", { orderId: "a" }, { orderId: "b" }, "order_id"],
    ["a value that is missing", "bakery.v1.OrderResponse", { orderId: "a" }, {}, "order_id"],
    ["another time", "bakery.v1.OrderResponse", takenAt(1n), takenAt(2n), null],
    ["another attempt", "bakery.v1.OrderResponse", { requestId: "a" }, { requestId: "b" }, null],
    [
      "a value further inside",
      "bakery.v1.OrderRequest",
      { address: { street: "a" } },
      { address: { street: "b" } },
      "address.street",
    ],
  ])("sees %s", (_what, type, first, second, expected) => {
    const desc: DescMessage = messageType(schema, type);
    const message = (init: object) => create(desc, init as MessageInitShape<DescMessage>);
    expect(unstablePart(desc, message(first), message(second), [])).toBe(expected);
  });

  it("leaves out what a contract file says", () => {
    const desc = messageType(schema, "bakery.v1.OrderRequest");
    const at = (street: string) =>
      create(desc, { address: { street } } as MessageInitShape<DescMessage>);
    expect(unstablePart(desc, at("a"), at("b"), ["address.street"])).toBeNull();
    expect(unstablePart(desc, at("a"), at("b"), ["street"])).toBe("address.street");
  });
});
