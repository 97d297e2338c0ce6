import { create, toBinary } from "@bufbuild/protobuf";
import { linkSchema, messageType } from "../runner/contract.ts";
import type { ContractSettings } from "../runner/settings.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { startShop } from "./shop.ts";
import { orderContract } from "./shop-contract.ts";

const pattern = "shop.order.v1.{customer.region}.{item_id}";

/** What no rule of the contract says: an order of one costs seven. */
const settings: ContractSettings = {
  subjects: new Map([
    [
      pattern,
      {
        examples: [
          {
            name: "a small order",
            request: {
              json: {
                itemId: "lamp",
                count: 1,
                customer: { name: "{{uuid}}", region: "REGION_NORTH" },
              },
            },
            expect: { cel: "reply.total == 7u && reply.order_id != request.item_id" },
          },
          {
            name: "no customer",
            request: { base64: "CgRsYW1wEAE=" },
            expect: { errors: ["invalid_argument"] },
          },
        ],
      },
    ],
  ]),
  knownFailing: [],
};

export const exampleFaults: readonly PlantedFault[] = [
  {
    law: "X1",
    fault: "asks a wrong price",
    contracts: async () => [await orderContract()],
    options: { settings },
    async start(nc, isFaulty) {
      const contract = await orderContract();
      if (!isFaulty) return startShop(nc, contract);
      const response = messageType(linkSchema(contract.descriptors), "shop.v1.OrderResponse");
      const wrong = create(response, { orderId: "order-1", total: 8n });
      return startShop(nc, contract, {
        answer: (request, correct) =>
          request.kind === "valid" ? [{ payload: toBinary(response, wrong) }] : correct,
      });
    },
  },
];
