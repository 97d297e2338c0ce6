import { Agent, request as httpRequest } from "node:http";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/transport-node";
import {
  PlanRequestSchema,
  PlanResponseSchema,
} from "../../../contract-tests/node_modules/@bodybroker/npc/dist/esm/v1/index.js";
import { npcContract, planRequest } from "./sample.ts";

/** Asks for one plan, and reads the reply. */
export type PlanCall = () => Promise<unknown>;

/** The generated client, as it is shipped. */
export function callByStub(nc: NatsConnection): PlanCall {
  const npc = createClient(npcContract, nc);
  return () => npc.plan(planRequest());
}

/** What a careful programmer writes with the NATS client and protobuf-es. */
export function callByHand(nc: NatsConnection): PlanCall {
  return async () => {
    const request = toBinary(PlanRequestSchema, create(PlanRequestSchema, planRequest()));
    const reply = await nc.request(handSubject, request, { timeout });
    const failure = reply.headers?.get("Nats-Service-Error-Code") ?? "";
    if (failure !== "") throw new Error(`the service answered ${failure}`);
    return fromBinary(PlanResponseSchema, reply.data);
  };
}

/** The same over HTTP/JSON, on connections that are kept open. */
export function callByHttp(port: number): PlanCall {
  const agent = new Agent({ keepAlive: true });
  const settings = { agent, host: "127.0.0.1", port, method: "POST", path: "/v1/plan" };
  return () =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(planRequest());
      const headers = { "content-type": "application/json", "content-length": body.length };
      const request = httpRequest({ ...settings, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(JSON.parse(text)));
      });
      request.on("error", reject);
      request.end(body);
    });
}

export const handSubject = "bench.npc.plan.v1";
const timeout = npcContract.methods.plan.deadlineMs;
