/**
 * One of the services that are compared, in a process of its own: `service.ts stub <NATS URL>
 * checked|unchecked`, `service.ts hand <NATS URL>` or `service.ts http`.
 */
import type { AddressInfo } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { serve } from "@charter-nats/runtime";
import { connect } from "@nats-io/transport-node";
import fastify from "fastify";
import {
  PlanRequestSchema,
  PlanResponseSchema,
} from "../../../contract-tests/node_modules/@bodybroker/npc/dist/esm/v1/index.js";
import { answerCpu } from "../child.ts";
import { handSubject } from "./calls.ts";
import { npcContract, planResponse } from "./sample.ts";

const [kind, servers = "", checking] = process.argv.slice(2);
if (kind === "http") await overHttp();
else if (kind === "stub") await byStub();
else await byHand();

async function byStub() {
  const nc = await connect({ servers, noAsyncTraces: true });
  const handlers = { plan: () => planResponse() };
  await serve(nc, npcContract, handlers, {
    validateRequests: checking === "checked",
  });
  answerCpu({});
}

async function byHand() {
  const nc = await connect({ servers, noAsyncTraces: true });
  nc.subscribe(handSubject, {
    queue: "q.npc",
    callback(_error, message) {
      fromBinary(PlanRequestSchema, message.data);
      message.respond(toBinary(PlanResponseSchema, create(PlanResponseSchema, planResponse())));
    },
  });
  await nc.flush();
  answerCpu({});
}

async function overHttp() {
  const app = fastify();
  app.post("/v1/plan", async () => planResponse());
  await app.listen({ host: "127.0.0.1", port: 0 });
  answerCpu({ port: (app.server.address() as AddressInfo).port });
}
