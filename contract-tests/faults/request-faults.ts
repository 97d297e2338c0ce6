import type { PlantedFault } from "./planted-fault.ts";
import { errorReply, type Fault, fieldOf, startShop } from "./shop.ts";
import { orderContract } from "./shop-contract.ts";

/** A shop with a fault. Correct, it runs two instances in one queue group. */
function shopWith(law: string, fault: string, planted: Fault): PlantedFault {
  return {
    law,
    fault,
    contracts: async () => [await orderContract()],
    async start(nc, isFaulty) {
      return startShop(nc, await orderContract(), isFaulty ? planted : { instances: 2 });
    },
  };
}

/** A reply to any order, with an id and a total. */
const granted = { payload: new Uint8Array([0x0a, 0x01, 0x61, 0x10, 0x01]) };

export const requestFaults: readonly PlantedFault[] = [
  shopWith("R1", "serves in another queue group", { queue: "q.other", announced: "q.other" }),
  shopWith("R2", "answers 500 above 4096", {
    answer: (request, correct) =>
      request.kind === "valid" && Number(fieldOf(request, "count")) > 4096
        ? [errorReply(500, "too many")]
        : correct,
  }),
  shopWith("R3", "accepts a count above the bound of its rule", {
    answer: (request, correct) =>
      request.kind === "invalid" && request.broken.every((each) => each.field === "count")
        ? [granted]
        : correct,
  }),
  shopWith("R4", "never answers what it cannot read", {
    answer: (request, correct) => (request.kind === "undecodable" ? [] : correct),
  }),
  shopWith("R7", "runs two instances and forgot their queue group", { instances: 2, queue: null }),
];
