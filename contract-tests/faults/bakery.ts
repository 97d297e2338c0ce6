import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { type NatsConnection, nuid } from "@nats-io/nats-core";
import { classify } from "../../registry/core/samples/oracle.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { announce, errorReply, type Reply, send } from "./by-hand.ts";
import type { RunningServices } from "./planted-fault.ts";

/** What can be wrong with a bakery. Without any of it, it keeps its contract. */
export interface BakeryFault {
  /** What the reply repeats of the request in hand and the one before it. */
  repeats?(requestId: string, before: string): string;
  /** How long an order takes, in milliseconds. */
  takesMs?(order: Order): number;
  /** Numbers of fields that the bakery's release does not know, and that it refuses. */
  refusesUnknown?(number: number): boolean;
  /** Values of `crust` that it refuses, although the rules do not. */
  refusesCrust?(crust: number): boolean;
  /** Takes an order again that it has taken. */
  readonly forgets?: true;
}

export type Order = Message & {
  readonly requestId: string;
  readonly loaves: number;
  readonly crust: number;
};

const queueGroup = "q.bakery";
const subject = "bakery.order.v1";

/** A bakery by hand: equal orders are one. */
export async function startBakery(
  nc: NatsConnection,
  contract: ContractUnderTest,
  fault: BakeryFault = {},
): Promise<RunningServices> {
  const schema = linkSchema(contract.descriptors);
  const request = messageType(schema, "bakery.v1.OrderRequest");
  const response = messageType(schema, "bakery.v1.OrderResponse");
  const taken = new Map<string, string>();
  let before = "none";

  const reply = (data: Uint8Array): Reply => {
    const payload = classify(schema, request, data);
    if (payload.kind !== "valid") return errorReply(400, payload.kind);
    const order = payload.message as Order;
    if (order.$unknown?.some(({ no }) => fault.refusesUnknown?.(no))) {
      return errorReply(500, "an unknown field");
    }
    if (fault.refusesCrust?.(order.crust)) return errorReply(400, "an unknown crust");
    const key = Buffer.from(data).toString("base64");
    const orderId = (fault.forgets ? undefined : taken.get(key)) ?? nuid.next();
    taken.set(key, orderId);
    const requestId = fault.repeats?.(order.requestId, before) ?? order.requestId;
    before = order.requestId;
    const answer = create(response, { requestId, orderId, takenAt: timestampNow() });
    return { payload: toBinary(response, answer) };
  };
  const delayOf = (data: Uint8Array) =>
    classify(schema, request, data).kind === "valid"
      ? (fault.takesMs?.(fromBinary(request, data) as Order) ?? 0)
      : 0;

  const subscriptions = [
    nc.subscribe(subject, {
      queue: queueGroup,
      callback: (_error, message) => {
        const delayMs = delayOf(message.data);
        if (delayMs === 0) send(message, reply(message.data));
        else setTimeout(() => send(message, reply(message.data)), delayMs);
      },
    }),
    announce(nc, { name: "bakery", subject, queueGroup }),
  ];
  await nc.flush();
  return {
    async stop() {
      for (const each of subscriptions) each.unsubscribe();
    },
  };
}
