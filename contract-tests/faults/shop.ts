import { create, toBinary } from "@bufbuild/protobuf";
import type { NatsConnection, Subscription } from "@nats-io/nats-core";
import { classify, type Payload } from "../../registry/core/samples/oracle.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { announce, errorReply, type Reply, send } from "./by-hand.ts";
import type { RunningServices } from "./planted-fault.ts";

/** How one request is answered: each entry is a reply. */
export type Replies = readonly Reply[];

/** What a shop can do wrong. Without any of it, it keeps its contract. */
export interface Fault {
  readonly instances?: number;
  /** The queue group that instances join; null for none. */
  readonly queue?: string | null;
  /** What `$SRV.INFO` says: the queue group, or null for nothing at all. */
  readonly announced?: string | null;
  /** Changes the replies of a correct shop. Null ends the instance. */
  answer?(request: Payload, correct: Replies): Replies | null;
}

export const queueGroup = "q.shop";
const subject = "shop.order.v1.*.*";

/** A shop by hand, without the runtime, so that it can be wrong in any way. */
export async function startShop(
  nc: NatsConnection,
  contract: ContractUnderTest,
  fault: Fault = {},
): Promise<RunningServices> {
  const schema = linkSchema(contract.descriptors);
  const request = messageType(schema, "shop.v1.OrderRequest");
  const response = messageType(schema, "shop.v1.OrderResponse");
  const fine: Reply = {
    payload: toBinary(response, create(response, { orderId: "order-1", total: 7n })),
  };
  const subscriptions: Subscription[] = [];
  const queue = fault.queue === undefined ? queueGroup : fault.queue;
  for (let i = 0; i < (fault.instances ?? 1); i++) {
    const subscription: Subscription = nc.subscribe(subject, {
      ...(queue === null ? {} : { queue }),
      callback: (_error, message) => {
        const payload = classify(schema, request, message.data);
        const correct = payload.kind === "valid" ? fine : errorReply(400, payload.kind);
        const replies = fault.answer === undefined ? [correct] : fault.answer(payload, [correct]);
        if (replies === null) subscription.unsubscribe();
        else for (const reply of replies) send(message, reply);
      },
    });
    subscriptions.push(subscription);
    const announced = fault.announced === undefined ? queueGroup : fault.announced;
    if (announced !== null)
      subscriptions.push(announce(nc, { name: "shop", subject, queueGroup: announced }));
  }
  await nc.flush();
  return {
    async stop() {
      for (const each of subscriptions) each.unsubscribe();
    },
  };
}

/** A field of a decoded request, by its name in TypeScript. */
export function fieldOf(request: Payload, name: string): unknown {
  return request.kind === "undecodable"
    ? undefined
    : (request.message as unknown as Readonly<Record<string, unknown>>)[name];
}
