import type { NatsConnection } from "@nats-io/nats-core";
import type { RequestBinding, StreamingBinding } from "../../registry/core/binding/binding.ts";
import { createGenerator } from "../../registry/core/samples/messages.ts";
import type { Fault } from "../mock/faults.ts";
import { startMock } from "../mock/mock.ts";
import { faultyRpc } from "../mock/mocked-rpcs.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { subscriptionOf } from "../runner/subjects.ts";
import {
  type ClientCase,
  type ClientCaseResult,
  type ClientReport,
  type ClientRun,
  clientCases,
  judgeRun,
  skippedCase,
  verdictOf,
} from "./conformance.ts";

/** Starts the client once, and resolves when it has ended or had its time. */
export type StartClient = (each: ClientCase) => Promise<Omit<ClientRun, "requests">>;

export interface DriveOptions {
  readonly seed: number;
  readonly startClient: StartClient;
  readonly onResult?: (result: ClientCaseResult) => void;
}

/**
 * Runs a client against a mock of one rpc, first sound, then with each fault that its answers can
 * have. Nobody else may serve the rpc, or the client meets both.
 */
export async function driveClient(
  nc: NatsConnection,
  contract: ContractUnderTest,
  binding: RequestBinding | StreamingBinding,
  { seed, startClient, onResult }: DriveOptions,
): Promise<ClientReport> {
  const cases: ClientCaseResult[] = [];
  const isPossible = possibleFaults(contract, binding, seed);
  for (const each of clientCases(binding)) {
    const result = isPossible(each.fault)
      ? judgeRun(each, await runCase(nc, contract, binding, each, { seed, startClient }))
      : skippedCase(each);
    cases.push(result);
    onResult?.(result);
    if (each.fault === null && result.verdict === "fail") break;
  }
  const { module, semver } = contract;
  return {
    law: "C1",
    title: "copes with a service that misbehaves",
    module,
    semver,
    rpc: binding.rpc,
    ...verdictOf(cases),
    cases,
  };
}

/** What the type of the answers allows to go wrong. */
function possibleFaults(
  contract: ContractUnderTest,
  binding: RequestBinding | StreamingBinding,
  seed: number,
): (fault: Fault | null) => boolean {
  const generator = createGenerator(linkSchema(contract.descriptors), Date.now());
  const others = contract.bindings.map((each) => messageType(generator.schema, each.messageType));
  const { damaged } = faultyRpc(generator, binding, others, seed);
  return (fault) =>
    !(fault === "wrong-type" && damaged.wrongType === null) &&
    !(fault === "unknown-enum" && !damaged.hasEnum);
}

async function runCase(
  nc: NatsConnection,
  contract: ContractUnderTest,
  binding: RequestBinding | StreamingBinding,
  each: ClientCase,
  { seed, startClient }: DriveOptions,
): Promise<ClientRun> {
  const faults = each.fault === null ? [] : [each.fault];
  const mock = await startMock(nc, [contract], {
    evidence: "mock",
    eventsPerSecond: 0,
    seed,
    faults: { faults, rate: 1, seed },
  });
  let requests = 0;
  const watch = nc.subscribe(subscriptionOf(binding), {
    callback(error) {
      if (error === null) requests += 1;
    },
  });
  try {
    const run = await startClient(each);
    await nc.flush();
    return { ...run, requests };
  } finally {
    watch.unsubscribe();
    await mock.stop();
  }
}
