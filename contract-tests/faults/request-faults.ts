import { type BakeryFault, startBakery } from "./bakery.ts";
import { bakeryContract } from "./bakery-contract.ts";
import { errorReply } from "./by-hand.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { type Fault, fieldOf, startShop } from "./shop.ts";
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

/** A bakery of release 1.1.0 with a fault. */
function bakeryWith(law: string, fault: string, planted: BakeryFault): PlantedFault {
  return {
    law,
    fault,
    contracts: async () => [await bakeryContract()],
    async start(nc, isFaulty) {
      return startBakery(nc, await bakeryContract(), isFaulty ? planted : {});
    },
  };
}

/** Three times the deadline of the contract. */
const tooLongMs = 120;
/** A field that 1.0.0 had, and that 1.1.0 reserves. */
const coupon = 5;

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
  bakeryWith("R5", "repeats the id of the request before", { repeats: (_id, before) => before }),
  bakeryWith("R6", "takes three deadlines for more than 4096 loaves", {
    takesMs: ({ loaves }) => (loaves > 4096 ? tooLongMs : 0),
  }),
  shopWith("R7", "runs two instances and forgot their queue group", { instances: 2, queue: null }),
  bakeryWith("R8", "rejects last year's messages, for a field that is gone", {
    refusesUnknown: (number) => number === coupon,
  }),
  bakeryWith("R9", "answers 500 to a field that it does not know", {
    refusesUnknown: (number) => number !== coupon,
  }),
  bakeryWith("R9", "refuses an enum value that it does not know and the rules allow", {
    refusesCrust: (crust) => crust > 2,
  }),
  bakeryWith("R10", "takes the same order twice", { forgets: true }),
];
