import type { SubjectUse } from "../usage/usage.ts";

/** What a consumer of the shop's 1.0.0 uses when it buys. */
export function subjectUse(change: Partial<SubjectUse> = {}): SubjectUse {
  return {
    module: "acme/shop",
    semver: "1.0.0",
    subject: "acme.shop.buy.v1",
    kind: "request",
    reads: {
      message: "acme.shop.v1.Receipt",
      fields: [{ path: "items.price_cents", numbers: [2, 3], type: "int64" }],
    },
    sends: {
      message: "acme.shop.v1.Order",
      fields: [{ path: "id", numbers: [1], type: "string" }],
    },
    ...change,
  };
}
