import { InferenceFinishedContract } from "@bodybroker/ai/v1";
import { NpcBehaviorServiceContract, NpcPlannedContract } from "@bodybroker/npc/v1";
import { WorldServiceContract } from "@bodybroker/world/v1";
import { createClient, subscribe } from "@charter-nats/runtime";
import { jetstreamManager } from "@nats-io/jetstream";
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { provideStreams } from "../testing/streams.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { startMock } from "./mock.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let estate: readonly ContractUnderTest[];

beforeAll(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url });
  estate = (await workspaceContracts()).filter(({ module }) => module.startsWith("bodybroker/"));
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

/** A busy machine is not late. */
const patient = { deadlineMs: 10_000 };

const of = (module: string) => estate.filter((each) => each.module === module);

/** The first messages on a subject. */
async function firstOn(subject: string, max: number): Promise<Msg[]> {
  const seen: Msg[] = [];
  const subscription = nc.subscribe(subject, { max });
  for await (const message of subscription) seen.push(message);
  return seen;
}

describe("the rpcs of a mock", () => {
  it("answer equal requests equally, and others differently", async () => {
    const mock = await startMock(nc, of("bodybroker/npc"), {
      evidence: "mock",
      eventsPerSecond: 0,
    });
    const client = createClient(NpcBehaviorServiceContract, nc);
    const plan = (npcId: string) =>
      client.plan(
        {
          meta: { requestId: "r1" },
          npcId,
          situation: { position: {}, healthPercent: 50 },
        },
        patient,
      );
    expect(await plan("n1")).toEqual(await plan("n1"));
    const ids = await Promise.all(["a", "b", "c", "d", "e", "f"].map((id) => plan(id)));
    expect(new Set(ids.map(({ planId }) => planId)).size).toBeGreaterThan(1);
    await mock.stop();
  });

  it("give the same frames for the same request, with an end", async () => {
    const mock = await startMock(nc, of("bodybroker/world"), {
      evidence: "mock",
      eventsPerSecond: 0,
    });
    const client = createClient(WorldServiceContract, nc, { validateReplies: true });
    const watch = async () => {
      const frames: unknown[] = [];
      const request = { meta: { requestId: "r1" }, worldId: "w1" };
      for await (const frame of client.watchWorld(request, patient)) frames.push(frame);
      return frames;
    };
    const frames = await watch();
    expect(frames).toHaveLength(3);
    expect(await watch()).toEqual(frames);
    await mock.stop();
  });
});

describe("the events of a mock", () => {
  it("are valid, and say that they are a mock's", async () => {
    const onError = () => expect.unreachable();
    const events = await subscribe(nc, InferenceFinishedContract, {}, { onError });
    const mock = await startMock(nc, of("bodybroker/ai"), { evidence: "mock" });
    for await (const { context } of events) {
      expect(context.schema).toBe("bodybroker/ai@1.0.0");
      expect(context.headers?.get("Charter-Evidence")).toBe("mock");
      break;
    }
    await mock.stop();
  });

  it("go into their stream where there is one, each under an id of its own", async () => {
    const jsm = await jetstreamManager(nc);
    await provideStreams(nc, of("bodybroker/npc"));
    const stream = NpcPlannedContract.stream.name;
    const seen = firstOn(NpcPlannedContract.subject.wildcard, 3);
    const mock = await startMock(nc, of("bodybroker/npc"), {
      evidence: "mock",
      eventsPerSecond: 50,
    });
    const ids = (await seen).map(({ headers }) => headers?.get("Nats-Msg-Id"));
    await mock.stop();
    expect(new Set(ids).size).toBe(3);
    const { state } = await jsm.streams.info(stream);
    expect(state.messages).toBeGreaterThanOrEqual(3);
    await jsm.streams.delete(stream);
  });

  it("are published of a module without rpcs, and not at all where none are wanted", async () => {
    const contracts = of("bodybroker/broker").map((contract) => ({
      ...contract,
      bindings: contract.bindings.filter(({ kind }) => kind === "event"),
    }));
    const all = nc.subscribe("ai.broker.>");
    const quiet = await startMock(nc, contracts, { evidence: "mock", eventsPerSecond: 0 });
    await quiet.stop();
    await nc.flush();
    expect(all.getReceived()).toBe(0);
    const both = Promise.all([firstOn("ai.broker.harvest.>", 3), firstOn("ai.broker.deal.>", 3)]);
    const mock = await startMock(nc, contracts, { evidence: "mock", eventsPerSecond: 100 });
    await both;
    await mock.stop();
    all.unsubscribe();
  });
});
