import { create, type Message, toBinary } from "@bufbuild/protobuf";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { headers as createHeaders, type NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import {
  type ContractUnderTest,
  linkSchema,
  messageType,
} from "../../contract-tests/runner/contract.ts";
import type { LawResult } from "../../contract-tests/runner/report.ts";
import { runContracts } from "../../contract-tests/runner/run.ts";
import { workspaceContracts } from "../../contract-tests/testing/workspace.ts";
import { startNatsServer } from "../testing/nats-server.ts";
import type { BenchRow } from "./bench-row.ts";

const module = "bodybroker/world";
const typeName = "bodybroker.world.v1.WorldStateUpdated";
const pattern = "ai.world.state.update.v1.{world_id}";
const stream = "WORLD_EVENTS";
/** What keeps a pull request waiting, and still reads as one step of it. */
const mostSeconds = 20;
/** Where the events that break the contract lie, as parts of the history. */
const badAt = [0.25, 0.5, 1];

/** A contract test that reads the history of a stream, in which three events break the contract. */
export async function benchHistory(count: number): Promise<BenchRow[]> {
  const contract = await worldContract();
  const server = await startNatsServer({ jetstream: true });
  const nc = await connect({ servers: server.url, noAsyncTraces: true });
  try {
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: stream, subjects: ["ai.world.>"], allow_direct: true });
    await fill(nc, jsm, contract, count);
    const before = await stateOf(jsm);
    const startedAt = performance.now();
    const report = await runContracts(nc, [contract], { seed: 1, laws: ["E1"] });
    const seconds = (performance.now() - startedAt) / 1000;
    const [result] = report.modules[0]?.bindings[0]?.laws ?? [];
    checkFound(result, count);
    if ((await stateOf(jsm)) !== before) throw new Error("the stream was touched");
    const found = String(result?.evidence.bad);
    const name = `contract test reads ${count.toLocaleString("en")} events, three of them bad`;
    const details = [{ who: "Charter", found, "events/s": Math.round(count / seconds).toString() }];
    return [{ name, value: seconds, unit: "s", bar: { atMost: mostSeconds }, details }];
  } finally {
    await nc.close();
    await server.stop();
  }
}

async function worldContract(): Promise<ContractUnderTest> {
  const contract = (await workspaceContracts()).find((each) => each.module === module);
  if (contract === undefined) throw new Error(`the workspace has no ${module}`);
  const bindings = contract.bindings.filter((each) => each.pattern === pattern);
  return { ...contract, bindings };
}

async function fill(
  nc: NatsConnection,
  jsm: JetStreamManager,
  { descriptors }: ContractUnderTest,
  count: number,
): Promise<void> {
  const desc = messageType(linkSchema(descriptors), typeName);
  const bad = new Set(badSequences(count));
  for (let sequence = 1; sequence <= count; sequence++) {
    const world = `world-${sequence % 1000}`;
    const event: Message = create(desc, {
      worldId: world,
      revision: bad.has(sequence) ? 0n : BigInt(sequence),
      changedEntityIds: [`door-${sequence}`, `guard-${sequence}`],
      flags: { curfew: true },
      occurredAt: { seconds: 1_700_000_000n, nanos: sequence },
    });
    const headers = createHeaders();
    headers.set("Charter-Schema", `${module}@1.0.0`);
    headers.set("Nats-Msg-Id", `bench-${sequence}`);
    nc.publish(`ai.world.state.update.v1.${world}`, toBinary(desc, event), { headers });
    if (sequence % 5000 === 0) await nc.flush();
  }
  await nc.flush();
  while ((await jsm.streams.info(stream)).state.messages < count) await nc.flush();
}

function badSequences(count: number): number[] {
  return badAt.map((part) => Math.round(part * count));
}

/** What a contract test may not change. */
async function stateOf(jsm: JetStreamManager): Promise<string> {
  const { config, state } = await jsm.streams.info(stream);
  return JSON.stringify({ config, state });
}

function checkFound(result: LawResult | undefined, count: number): void {
  const expected = badSequences(count).map((sequence) => `${sequence}: uint64.gte`);
  const found = result?.evidence.bad;
  if (result?.samples !== count || JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`of ${result?.samples} events these were found bad: ${found}`);
  }
}
