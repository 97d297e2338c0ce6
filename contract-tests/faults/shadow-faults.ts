import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { runShadow } from "../shadow/run-shadow.ts";
import type { Judged, JudgedFault } from "./planted-fault.ts";
import { type Fault, fieldOf, startShop } from "./shop.ts";
import { orderContract } from "./shop-contract.ts";

/** The old endpoint, where every order costs seven. */
async function startEndpoint(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ orderId: "order-1", total: "7" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/order`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function dearer(contract: ContractUnderTest): Fault {
  const response = messageType(linkSchema(contract.descriptors), "shop.v1.OrderResponse");
  const payload = toBinary(response, create(response, { orderId: "order-1", total: 8n }));
  return {
    answer: (request, correct) =>
      request.kind === "valid" && Number(fieldOf(request, "count")) > 100 ? [{ payload }] : correct,
  };
}

async function judgeReplacement(nc: NatsConnection, isFaulty: boolean): Promise<Judged> {
  const contract = await orderContract();
  const endpoint = await startEndpoint();
  const shop = await startShop(nc, contract, isFaulty ? dearer(contract) : {});
  try {
    const { law, verdict, reason, failure } = await runShadow(nc, {
      contract,
      shadow: {
        subject: "shop.order.v1.{customer.region}.{item_id}",
        method: "POST",
        url: endpoint.url,
        body: "json",
        headersFromEnv: {},
        ignore: [],
        tolerance: {},
        minMatch: 0.9,
      },
      headers: {},
      examples: [],
      seed: 5,
      environmentClass: "ephemeral",
    });
    return {
      verdict,
      failed: verdict === "fail" ? [law] : [],
      unproven: reason === null ? [] : [`${law} ${verdict}: ${reason}`],
      smallest:
        failure === null
          ? null
          : `${JSON.stringify(failure.message)}, after ${failure.shrinks} steps`,
    };
  } finally {
    await shop.stop();
    await endpoint.close();
  }
}

/** Services that stand for an HTTP endpoint, beside which they are run. */
export const shadowFaults: readonly JudgedFault[] = [
  {
    law: "H1",
    fault: "asks more for large orders than the endpoint before it",
    who: "replacement",
    judge: async (isFaulty, nats) => judgeReplacement(await nats(), isFaulty),
  },
];
