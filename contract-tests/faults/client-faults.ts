import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { headers as createHeaders, type NatsConnection } from "@nats-io/nats-core";
import { missingFrom, missingText } from "../../registry/core/usage/missing.ts";
import type { SubjectUse, UsedField } from "../../registry/core/usage/usage.ts";
import type { ClientRun } from "../clients/conformance.ts";
import { driveClient } from "../clients/drive-client.ts";
import { type Answer, readAnswer } from "../runner/calls/answers.ts";
import { requestOnce } from "../runner/calls/request-once.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import type { Judged, JudgedFault } from "./planted-fault.ts";
import { orderContract } from "./shop-contract.ts";

/** As long as the contract gives an answer, in milliseconds. */
const deadlineMs = 200;

/** A client by hand that makes one order. With the fault it does not look at what comes back. */
async function orderOnce(
  nc: NatsConnection,
  contract: ContractUnderTest,
  isFaulty: boolean,
): Promise<Omit<ClientRun, "requests">> {
  const schema = linkSchema(contract.descriptors);
  const request = messageType(schema, "shop.v1.OrderRequest");
  const order = { itemId: "lamp", count: 1, customer: { name: "a", region: 1 } };
  const reply = await requestOnce(nc, {
    subject: "shop.order.v1.REGION_NORTH.lamp",
    payload: toBinary(request, create(request, order as MessageInitShape<typeof request>)),
    headers: createHeaders(),
    timeoutMs: deadlineMs,
  });
  const answer = readAnswer(schema, messageType(schema, "shop.v1.OrderResponse"), reply);
  const code = isFaulty && reply.kind === "reply" ? null : codeOf(answer);
  return {
    end: { kind: "exit", exitCode: code === null ? 0 : 1 },
    output: code === null ? "" : JSON.stringify({ code }),
  };
}

function codeOf(answer: Answer): string | null {
  switch (answer.kind) {
    case "message":
      return null;
    case "error":
      return answer.code;
    case "timeout":
      return "deadline_exceeded";
    case "no-responders":
      return "unavailable";
    default:
      return "data_loss";
  }
}

async function judgeClient(nc: NatsConnection, isFaulty: boolean): Promise<Judged> {
  const contract = await orderContract();
  const [binding] = contract.bindings;
  if (binding?.kind !== "request") throw new Error("the shop's contract has the rpc Order");
  const report = await driveClient(nc, contract, binding, {
    seed: 1,
    startClient: () => orderOnce(nc, contract, isFaulty),
  });
  const failed = report.cases.filter(({ verdict }) => verdict === "fail");
  return {
    verdict: report.verdict,
    failed: report.verdict === "fail" ? [report.law] : [],
    unproven: [report.reason ?? [], ...failed.map(({ does }) => does)].flat(),
    smallest:
      failed.length === 0 ? null : failed.map(({ fault, came }) => `${fault}: ${came}`).join(", "),
  };
}

const total: UsedField = { path: "total", numbers: [2], type: "uint64" };
const discount: UsedField = { path: "discount", numbers: [9], type: "uint64" };

async function judgeConsumer(isFaulty: boolean): Promise<Judged> {
  const { module, semver, bindings, descriptors } = await orderContract();
  const use: SubjectUse = {
    module,
    semver,
    subject: "shop.order.v1.{customer.region}.{item_id}",
    kind: "request",
    reads: { message: "shop.v1.OrderResponse", fields: isFaulty ? [total, discount] : [total] },
    sends: { message: "shop.v1.OrderRequest", fields: [] },
  };
  const { registry } = linkSchema(descriptors);
  const missing = missingFrom(use, { registry, bindings });
  const texts = missing.map((each) => missingText(each, "shop-web@2.1.0", semver));
  return {
    verdict: missing.length === 0 ? "pass" : "fail",
    failed: missing.length === 0 ? [] : ["C2"],
    unproven: texts,
    smallest: texts[0] ?? null,
  };
}

/** Who calls a service: a client against a mock with each fault, and what a consumer uses of a release. */
export const clientFaults: readonly JudgedFault[] = [
  {
    law: "C1",
    fault: "takes whatever comes for an answer",
    who: "client",
    judge: async (isFaulty, nats) => judgeClient(await nats(), isFaulty),
  },
  {
    law: "C2",
    fault: "reads a field that the release does not have",
    who: "consumer",
    judge: judgeConsumer,
  },
];
