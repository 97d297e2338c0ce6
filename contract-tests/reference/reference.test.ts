import { NpcBehaviorServiceContract } from "@bodybroker/npc/v1";
import { StateServiceContract } from "@bodybroker/state/v1";
import { createClient } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type BindingResult, exitCodeOf } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { provideStreams } from "../testing/streams.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { startReference as startNpc } from "./npc.ts";
import { startReference as startState } from "./state.ts";
import { startReference as startWorld } from "./world.ts";

const contracts = (await workspaceContracts()).filter(({ module }) =>
  ["bodybroker/npc", "bodybroker/state", "bodybroker/world"].includes(module),
);

let server: RunningNatsServer;
let nc: NatsConnection;

beforeEach(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url });
  await provideStreams(nc, contracts);
});

afterEach(async () => {
  await nc.close();
  await server.stop();
});

/** Some hundred streams are watched, each until nothing changes for a while. */
const startQuickWorld = (connection: NatsConnection) => startWorld(connection, { quietMs: 20 });

const isNoPass = ({ verdict }: BindingResult) => verdict !== "pass";

describe("the reference services", () => {
  it.each([
    ["bodybroker/npc", startNpc, 2],
    ["bodybroker/state", startState, 4],
    ["bodybroker/world", startQuickWorld, 5],
  ] as const)(
    "%s keeps its contract, and says that it is a reference",
    async (name, start, bindings) => {
      const tested = contracts.filter(({ module }) => module === name);
      const service = await start(nc);
      const report = await runContracts(nc, tested, { seed: 3 });
      await service.stop();
      expect(report.modules.flatMap((module) => module.bindings.filter(isNoPass))).toEqual([]);
      expect(report.totals.evidence).toEqual({ real: 0, reference: bindings, mock: 0 });
      expect(exitCodeOf(report)).toBe(0);
    },
    60_000,
  );

  it("state writes only at the expected version, and counts on after a delete", async () => {
    const service = await startState(nc);
    const client = createClient(StateServiceContract, nc);
    const meta = { requestId: "r1" };
    const key = { target: { case: "playerId", value: "p1" } } as const;
    const write = (healthPercent: number, expectedVersion?: bigint) =>
      client.updateState({
        meta,
        operation: {
          case: "upsert",
          value: { state: { case: "player", value: { playerId: "p1", healthPercent } } },
        },
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      });
    const remove = () => client.updateState({ meta, operation: { case: "delete", value: key } });
    const read = () => client.getState({ meta, key });

    await expect(read()).rejects.toMatchObject({ code: "not_found" });
    expect((await write(50, 0n)).newVersion).toBe(1n);
    await expect(write(60, 0n)).rejects.toMatchObject({ code: "aborted" });
    expect((await write(60, 1n)).newVersion).toBe(2n);
    expect(await read()).toMatchObject({
      version: 2n,
      record: { state: { value: { healthPercent: 60 } } },
    });
    expect((await remove()).newVersion).toBe(3n);
    await expect(read()).rejects.toMatchObject({ code: "not_found" });
    await expect(remove()).rejects.toMatchObject({ code: "not_found" });
    expect((await write(70, 0n)).newVersion).toBe(4n);
    await service.stop();
  });

  it("state gives the first answer again for the same idempotency key", async () => {
    const service = await startState(nc);
    const client = createClient(StateServiceContract, nc);
    const write = () =>
      client.updateState({
        meta: { requestId: "r1", idempotencyKey: "k1" },
        operation: {
          case: "upsert",
          value: { state: { case: "player", value: { playerId: "p1" } } },
        },
      });
    expect(await write()).toEqual(await write());
    await service.stop();
  });

  it("npc plans the same for the same situation, by mood, health and threats", async () => {
    const service = await startNpc(nc);
    const client = createClient(NpcBehaviorServiceContract, nc);
    const threats = [{ entityId: "wolf", distance: 3, severity: 0.5 }];
    const plan = async (situation: object) => {
      const request = { meta: { requestId: crypto.randomUUID() }, npcId: "n1" };
      const whole = { position: { x: 1, y: 0, z: 2 }, healthPercent: 80, ...situation };
      const { planId, actions } = await client.plan({ ...request, situation: whole });
      return { planId, acts: actions.map((action) => action.act.case) };
    };
    expect((await plan({ threats, mood: 4 })).acts).toEqual(["attack"]);
    expect((await plan({ threats, mood: 3 })).acts).toEqual(["move"]);
    expect((await plan({ threats, mood: 4, healthPercent: 10 })).acts).toEqual(["move"]);
    expect((await plan({ threats })).acts).toEqual(["speak"]);
    expect((await plan({ nearbyEntityIds: ["door"] })).acts).toEqual(["interact"]);
    expect((await plan({})).acts).toEqual([]);
    expect(await plan({ threats, mood: 4 })).toEqual(await plan({ threats, mood: 4 }));
    await service.stop();
  });
});
