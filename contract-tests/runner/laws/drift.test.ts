import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { startDepot } from "../../faults/depot.ts";
import { depotContract, find, moved, send } from "../../faults/depot-contract.ts";
import { startDepotService } from "../../faults/depot-service.ts";
import { type RunOptions, runContracts } from "../run.ts";

let server: RunningNatsServer;
const connections: NatsConnection[] = [];

async function connected(options: object = {}): Promise<NatsConnection> {
  const nc = await connect({ servers: server.url, ...options });
  connections.push(nc);
  return nc;
}

afterEach(async () => {
  await Promise.all(connections.splice(0).map((nc) => nc.close()));
  await server.stop();
});

/** The account's laws, by id. */
async function account(nc: NatsConnection, patterns: string[], options: Partial<RunOptions> = {}) {
  const contracts = [await depotContract(...patterns)];
  const report = await runContracts(nc, contracts, {
    seed: 1,
    laws: ["D1", "D2"],
    isWholeEstate: true,
    ...options,
  });
  return Object.fromEntries(report.account.map((each) => [each.law, each]));
}

describe("the laws of the account", () => {
  it("list undeclared subjects with counts, and leave out what NATS itself uses", async () => {
    server = await startNatsServer({ jetstream: true });
    const nc = await connected();
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: "KV_x", subjects: ["$KV.x.>"] });
    await jsm.streams.add({ name: "ODD", subjects: ["odd.*"] });
    await nc.request("$KV.x.key", "1");
    for (const subject of ["odd.a", "odd.a", "odd.b"]) await nc.request(subject, "1");
    const depot = await startDepot(nc, await depotContract(moved));
    const service = await startDepotService(nc, await depotContract(send, find));
    const { D1, D2 } = await account(nc, [moved, send]);
    expect(D1).toMatchObject({
      verdict: "fail",
      failure: {
        summary:
          "3 used subjects that no contract declares: depot.find.v1 (served by depot-v1-DepotService); odd.a (2 events in ODD); odd.b (1 event in ODD)",
        answer: `nearest to it is declared ${send}`,
        place: { file: "depot/v1_1/depot.proto" },
      },
    });
    expect(D2).toMatchObject({ verdict: "pass", evidence: { used: 2 } });
    await service.stop();
    await depot.stop();
  });

  it("know what an older major binds, and test of it what is used here", async () => {
    server = await startNatsServer({ jetstream: true });
    const nc = await connected();
    const service = await startDepotService(nc, await depotContract(send, find));
    const past = { ...(await depotContract(find, moved)), semver: "0.9.0", isPast: true } as const;
    const leftOut = ["1 subject is shared"];
    const contracts = [await depotContract(send), { ...past, leftOut }];
    const options = { seed: 1, laws: ["R1", "D1", "D2"], isWholeEstate: true };
    const report = await runContracts(nc, contracts, options);
    expect(report.account.map(({ law, verdict }) => [law, verdict])).toEqual([
      ["D1", "pass"],
      ["D2", "pass"],
    ]);
    const tested = report.modules.flatMap(({ semver, bindings }) =>
      bindings.map(({ pattern, verdict }) => `${semver} ${pattern} ${verdict}`),
    );
    expect(tested).toEqual([`1.1.0 ${send} pass`, `0.9.0 ${find} pass`]);
    expect(report.notes).toEqual([
      ...leftOut,
      `example/depot 0.9.0 is deployed somewhere, and nobody uses here what head no longer binds: ${moved}`,
    ]);
    await service.stop();
    // Where nobody uses any of it, nothing is missing.
    const later = await runContracts(nc, [{ ...past, leftOut }], options);
    expect(later.modules).toEqual([]);
  });

  it("say that not all contracts are there, and that nothing is live", async () => {
    server = await startNatsServer({ jetstream: true });
    const { D1, D2 } = await account(await connected(), [send, find], { isWholeEstate: false });
    expect(D1).toMatchObject({
      verdict: "skipped",
      reason: expect.stringMatching(/run it without naming modules/),
    });
    expect(D2).toMatchObject({
      verdict: "inconclusive",
      samples: 0,
      reason: expect.stringMatching(/2 subjects, such as depot.send.v1: nothing of example\/depot/),
    });
  });

  it.each([
    ["without JetStream", "", {}],
    [
      "without the right to ask it",
      `
       authorization: { users: [
         { user: "u", password: "p", permissions: { publish: { deny: ["$JS.>"] } } }
       ] }`,
      { user: "u", pass: "p" },
    ],
  ])("look at services only %s", async (_name, config, credentials) => {
    server = await startNatsServer({ jetstream: config !== "", config });
    const nc = await connected(credentials);
    const service = await startDepotService(nc, await depotContract(send));
    const { D1, D2 } = await account(nc, [send, moved]);
    expect(D1).toMatchObject({
      verdict: "inconclusive",
      samples: 1,
      reason: expect.stringMatching(/JetStream does not say what it keeps .*STREAM.LIST/),
    });
    expect(D2).toMatchObject({
      verdict: "inconclusive",
      samples: 1,
      evidence: { unknown: [expect.stringMatching(/^depot.parcel.moved.*: JetStream refuses/)] },
    });
    await service.stop();
  });
});
