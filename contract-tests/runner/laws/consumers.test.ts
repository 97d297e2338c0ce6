import { WorldEntityUpdatedContract } from "@bodybroker/world/v1";
import { consume } from "@charter-nats/runtime";
import { AckPolicy, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { type DepotFault, startDepot, stream } from "../../faults/depot.ts";
import { depotContract, depotReleased, moved, otherDepot } from "../../faults/depot-contract.ts";
import { provideStreams } from "../../testing/streams.ts";
import { workspaceContracts } from "../../testing/workspace.ts";
import type { ContractUnderTest } from "../contract.ts";
import type { LawResult } from "../report.ts";
import { type RunOptions, runContracts } from "../run.ts";
import type { SubjectSettings } from "../settings.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let jsm: JetStreamManager;

beforeEach(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url });
  jsm = await jetstreamManager(nc);
});

afterEach(async () => {
  await nc.close();
  await server.stop();
});

/** The results by the ids of their laws. */
async function run(
  contract: ContractUnderTest,
  options: Partial<RunOptions>,
): Promise<Record<string, LawResult>> {
  const report = await runContracts(nc, [contract], { seed: 1, ...options });
  const laws = report.modules.flatMap(({ bindings }) => bindings.flatMap((each) => each.laws));
  return Object.fromEntries(laws.map((each) => [each.law, each]));
}

async function testDepot(options: Partial<RunOptions>, fault: DepotFault = {}) {
  const contract = await depotContract(moved);
  const depot = await startDepot(nc, contract, fault);
  const before = await stateOf();
  const laws = await run(contract, options);
  return { laws, before, after: await stateOf(), stop: depot.stop };
}

/** Twenty events, on a busy machine. */
const settledMs = 10_000;

/** Once the consumer has settled what was there before. */
async function stateOf() {
  await expect
    .poll(async () => (await jsm.consumers.info(stream, "indexer")).num_ack_pending, {
      timeout: settledMs,
    })
    .toBe(0);
  return (await jsm.streams.info(stream)).state;
}

describe("the laws of consumers", () => {
  it("pass the runtime's consumer, and leave nothing in the stream", async () => {
    const world = (await workspaceContracts()).find(({ module }) => module === "bodybroker/world");
    const contract = {
      ...(world as ContractUnderTest),
      bindings: world?.bindings.filter((each) => each.pattern.includes("entity.updated")) ?? [],
    };
    await provideStreams(nc, [contract]);
    await jsm.consumers.add("WORLD_EVENTS", {
      durable_name: "reader",
      ack_policy: AckPolicy.Explicit,
      filter_subject: "ai.world.entity.updated.v1.*",
    });
    const refused: unknown[] = [];
    const consumption = await consume(
      nc,
      WorldEntityUpdatedContract,
      { durable: "reader", onError: (error) => refused.push(error) },
      () => {},
    );
    const laws = await run(contract, { laws: ["E2", "E3", "E4", "E8"] });
    expect(laws).toMatchObject({
      E2: { verdict: "pass", evidence: { consumers: ["reader"], acknowledged: 5 } },
      E3: { verdict: "pass" },
      E4: { verdict: "pass" },
      E8: { verdict: "pass", evidence: { consumers: ["reader"] } },
    });
    expect(refused.length).toBeGreaterThan(2);
    expect(consumption.stats()).toMatchObject({ failed: 0 });
    expect((await jsm.streams.info("WORLD_EVENTS")).state.messages).toBe(0);
    await consumption.stop();
  });

  it.each(["staging", "production"] as const)(
    "publish nothing in %s, and look at what consumers have settled",
    async (environmentClass) => {
      const { laws, before, after, stop } = await testDepot({ environmentClass });
      expect(laws).toMatchObject({
        E1: { verdict: "pass" },
        E2: { verdict: "pass", samples: 20, evidence: { indexer: expect.any(String) } },
        E3: { verdict: "skipped", reason: expect.stringMatching(/only into an ephemeral/) },
        E4: { verdict: "skipped" },
        E7: { verdict: "skipped", reason: expect.stringMatching(/only into an ephemeral/) },
        E8: { verdict: "skipped", reason: expect.stringMatching(/only into an ephemeral/) },
      });
      expect(after).toEqual(before);
      await stop();
    },
  );

  it("find a valid event that is sent again and again, where nothing is published", async () => {
    const contract = await depotContract(moved);
    const depot = await startDepot(nc, contract, {
      consume: (event, correct) =>
        event.kind === "valid" && (event.message as { depotId?: string }).depotId === "d2"
          ? "nak"
          : correct,
    });
    const consumers = [{ durable: "indexer", poison: "terminate", ackWithinMs: 300 }] as const;
    const settings = settingsOf({ event: { consumers } });
    const options = { laws: ["E2"], environmentClass: "production", settings } as const;
    const { E2 } = await run(contract, options);
    expect(E2).toMatchObject({
      verdict: "fail",
      failure: {
        summary: expect.stringMatching(/the one at sequence 11 is sent to it again and again/),
        message: { depotId: "d2", revision: "1" },
      },
    });
    await depot.stop();
  });

  it.each([
    ["terminates what should be dead-lettered", "dead-letter", "fail"],
    ["terminates what should be terminated", "terminate", "pass"],
  ] as const)(
    "hold a consumer that %s against the contract file",
    async (_name, poison, verdict) => {
      const consumers = [{ durable: "indexer", poison, ackWithinMs: 1000 }];
      const settings = settingsOf({ event: { consumers } });
      const { laws, stop } = await testDepot({ laws: ["E3"], settings });
      expect(laws.E3).toMatchObject({ verdict });
      await stop();
    },
  );

  it("say which older releases publish nothing else", async () => {
    const contract = await depotContract(moved);
    const older = await otherDepot("1.0.0");
    const { descriptors } = contract;
    const alien = (await workspaceContracts())[0]?.descriptors ?? new Uint8Array();
    const known = [[], [{ ...older, descriptors }], [{ ...older, descriptors: alien }], [older]];
    const contracts = known.map((others) => ({ ...contract, others }));
    const { modules } = await runContracts(nc, contracts, { seed: 1, laws: ["E7"] });
    expect(modules.map(({ bindings }) => bindings[0]?.laws[0]?.reason)).toEqual([
      "there is no older release of this major",
      "the event is the same in 1.0.0",
      "no older release has the event (1.0.0)",
      expect.stringMatching(/no stream keeps/),
    ]);
  });

  it("name the rule that refuses what was valid in an older release", async () => {
    const older = { ...(await otherDepot("1.1.0")), semver: "0.9.0", age: "older" } as const;
    const contract = { ...(await depotReleased("1.0.0", moved)), others: [older] };
    const depot = await startDepot(nc, contract);
    const { E7 } = await run(contract, { laws: ["E7"] });
    expect(E7).toMatchObject({
      verdict: "fail",
      failure: {
        summary: expect.stringMatching(
          /an event that is valid in 0\.9\.0 within 2000 ms; 1\.0\.0 refuses it by uint32\.\S+ at grams, so it breaks its publishers/,
        ),
        rule: { field: "grams" },
        message: { grams: 20_001 },
      },
    });
    expect((await jsm.streams.info(stream)).state.messages).toBe(20);
    await depot.stop();
  });

  it("let a consumer get rid of what newer releases allow and a rule here forbids", async () => {
    const contract = await depotReleased("1.0.0", moved);
    const others = [await otherDepot("1.1.0")];
    const depot = await startDepot(nc, contract);
    const { E8 } = await run({ ...contract, others }, { laws: ["E8"] });
    expect(E8).toMatchObject({ verdict: "pass" });
    expect(E8?.evidence.tried).toContainEqual(
      expect.stringMatching(
        /^1\.1\.0: \d+ acknowledged, \d+ × settled, though a rule here forbids/,
      ),
    );
    await depot.stop();
  });

  it("leave it to E2 when a consumer does not take the plain event either", async () => {
    const { laws, stop } = await testDepot(
      { laws: ["E2", "E8"] },
      {
        consume: (event, correct) => (event.kind === "valid" ? "term" : correct),
      },
    );
    expect(laws).toMatchObject({
      E2: { verdict: "fail" },
      E8: { verdict: "inconclusive", reason: expect.stringMatching(/as without it: see E2/) },
    });
    await stop();
  });

  it("are inconclusive where a consumer is missing, or nobody reads from it", async () => {
    const consumers = [{ durable: "other", poison: "terminate", ackWithinMs: 100 } as const];
    const settings = settingsOf({ event: { consumers } });
    const { laws, stop } = await testDepot({ laws: ["E2"], settings });
    expect(laws.E2).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/no durable consumer other/),
    });
    await stop();
    expect((await run(await depotContract(moved), { laws: ["E2", "E3"] })).E2).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/nobody reads from the consumer indexer/),
    });
  });
});

function settingsOf(subject: SubjectSettings) {
  return { subjects: new Map([[moved, subject]]), knownFailing: [] };
}
