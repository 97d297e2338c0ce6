/**
 * The participants that `up` leaves running: reference services where there are any, and mocks of the
 * other modules. Prints `ready` when all of them answer.
 */
import { once } from "node:events";
import { connect } from "@nats-io/transport-node";
import { loadContracts } from "../../contract-tests/load-contracts.ts";
import { startMock } from "../../contract-tests/mock/mock.ts";
import { startReference as startAi } from "../../contract-tests/reference/ai.ts";
import { startReference as startAuth } from "../../contract-tests/reference/auth.ts";
import { startReference as startNpc } from "../../contract-tests/reference/npc.ts";
import { startReference as startPayment } from "../../contract-tests/reference/payment.ts";
import { startReference as startState } from "../../contract-tests/reference/state.ts";
import { startReference as startWorld } from "../../contract-tests/reference/world.ts";
import { createRegistryClient } from "../../registry/api/client.ts";

const registry = createRegistryClient({ url: process.env.CHARTER_URL ?? "" });
const nc = await connect({
  servers: process.env.NATS_URL ?? "",
  name: "charter-participants",
  maxReconnectAttempts: -1,
  noAsyncTraces: true,
});

/** The registry serves its own contract. */
const registered = "charter/registry";
const publishing = new Set([
  "bodybroker/npc",
  "bodybroker/payment",
  "bodybroker/state",
  "bodybroker/world",
]);
const silent = new Set(["bodybroker/ai", "bodybroker/auth"]);
const contracts = (await loadContracts(registry)).filter(({ module }) => module !== registered);
const mocked = contracts.flatMap((contract) => {
  if (publishing.has(contract.module)) return [];
  if (!silent.has(contract.module)) return [contract];
  // Their events come from a mock: these references answer, and publish nothing by themselves.
  const bindings = contract.bindings.filter(({ kind }) => kind === "event");
  return [{ ...contract, bindings }];
});
const mocks = await startMock(nc, mocked, { evidence: "mock" });

const references = [
  await startAi(nc),
  await startAuth(nc),
  await startNpc(nc),
  await startPayment(nc),
  await startState(nc),
  await startWorld(nc),
];

process.stdout.write("ready\n");
await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
await Promise.all([mocks, ...references].map((each) => each.stop()));
await nc.drain();
