import { InferenceFinishedContract, InferenceServiceContract } from "@bodybroker/ai/v1";
import { WorldServiceContract } from "@bodybroker/world/v1";
import { CharterError, createClient, subscribe } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import {
  canHappenTo,
  createFaultChoice,
  type Expectation,
  type Fault,
  type FaultDefinition,
  faultNames,
  faults,
} from "./faults.ts";
import { type RunningMock, startMock } from "./mock.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let contracts: readonly ContractUnderTest[];
let mock: RunningMock | null = null;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
  contracts = (await workspaceContracts()).filter(({ module }) =>
    ["bodybroker/ai", "bodybroker/world"].includes(module),
  );
});

afterEach(async () => {
  await mock?.stop();
  mock = null;
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

async function serveWith(fault: Fault, rate = 1): Promise<void> {
  mock = await startMock(nc, contracts, {
    evidence: "mock",
    eventsPerSecond: 0,
    faults: { faults: [fault], rate, seed: 1 },
  });
}

/** Who waits in vain waits less than the contract says; who gets an answer has all the time. */
const patienceOf = (outcomes: readonly string[]) =>
  outcomes.includes("deadline_exceeded") ? 300 : 10_000;
const { infer, streamInfer } = InferenceServiceContract.methods;
const contractWith = (idleTimeoutMs: number) => ({
  ...InferenceServiceContract,
  methods: { infer, streamInfer: { ...streamInfer, idleTimeoutMs } },
});
const patient = { deadlineMs: 10_000 };
const input = { content: { case: "prompt" as const, value: "Once" } };
/** A request id names the subject of the frames, where late ones of another call may still come. */
const newRequest = () => ({ meta: { requestId: crypto.randomUUID() }, modelId: "m1", input });

async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "reply";
  } catch (error) {
    return error instanceof CharterError ? error.code : String(error);
  }
}

async function readAll(frames: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _frame of frames) count += 1;
  return count;
}

function outcomesOf(expectation: Expectation): readonly string[] {
  switch (expectation.outcome) {
    case "reply":
      return ["reply"];
    case "error":
      return expectation.codes;
    case "either":
      return ["reply", ...expectation.codes];
  }
}

const cases = faultNames.flatMap((fault) => {
  const { expect: expected }: FaultDefinition = faults[fault];
  return (["request", "streaming"] as const).flatMap((kind) => {
    const expectation = expected[kind];
    return expectation === undefined
      ? []
      : [[fault, kind, outcomesOf(expectation), expectation] as const];
  });
});

describe("a generated client", () => {
  it.each(cases)("meets %s of a %s rpc with %j", async (fault, kind, outcomes) => {
    await serveWith(fault);
    const deadlineMs = patienceOf(outcomes);
    for (const validateReplies of [false, true]) {
      const contract = contractWith(deadlineMs);
      const client = createClient(contract, nc, { validateReplies, breaker: false });
      const options = { deadlineMs };
      const outcome = await outcomeOf(() =>
        kind === "request"
          ? client.infer(newRequest(), options)
          : readAll(client.streamInfer(newRequest(), options)),
      );
      expect(outcomes).toContain(outcome);
    }
  });

  it("takes all answers where a fault cannot happen", async () => {
    await serveWith("gap");
    const client = createClient(InferenceServiceContract, nc);
    expect(await outcomeOf(() => client.infer(newRequest(), patient))).toBe("reply");
  });

  it("meets a gap in frames that come to its inbox", async () => {
    await serveWith("gap");
    const client = createClient(WorldServiceContract, nc);
    const watch = { meta: newRequest().meta, worldId: "w1" };
    const outcome = await outcomeOf(() => readAll(client.watchWorld(watch, patient)));
    expect(outcome).toBe("data_loss");
  });

  it("gets as many faults as were asked for, the same ones with the same seed", async () => {
    const outcomes = async () => {
      await serveWith("5xx", 0.3);
      const client = createClient(InferenceServiceContract, nc, { breaker: false });
      const seen: string[] = [];
      for (let call = 0; call < 60; call += 1) {
        seen.push(await outcomeOf(() => client.infer(newRequest(), patient)));
      }
      await mock?.stop();
      return seen;
    };
    const first = await outcomes();
    const failed = first.filter((outcome) => outcome === "unavailable").length;
    expect(failed).toBeGreaterThan(6);
    expect(failed).toBeLessThan(30);
    expect(first.filter((outcome) => outcome === "reply")).toHaveLength(60 - failed);
    expect(await outcomes()).toEqual(first);
  });

  it("gets an enum value that the contract does not know", async () => {
    await serveWith("unknown-enum");
    const client = createClient(InferenceServiceContract, nc);
    const { finishReason } = await client.infer(newRequest(), patient);
    expect(finishReason).toBeGreaterThan(4);
  });
});

describe("a mock with faults", () => {
  it("says so in $SRV.INFO", async () => {
    await serveWith("late", 0.5);
    const reply = await nc.request("$SRV.INFO.bodybroker-ai-v1-InferenceService");
    const info = reply.json<{ metadata: object; endpoints: { metadata: object }[] }>();
    expect(info.metadata).toEqual({ "charter.faults": "late", "charter.fault-rate": "0.5" });
    expect(info.endpoints[0]?.metadata).toMatchObject({ "charter.evidence": "mock" });
  });

  it("still refuses what breaks the contract as the contract says", async () => {
    await serveWith("malformed");
    const client = createClient(InferenceServiceContract, nc);
    const call = () => client.infer({ ...newRequest(), input: undefined as never });
    expect(await outcomeOf(call)).toBe("invalid_argument");
  });

  it("publishes events that no subscriber takes", async () => {
    const refused: unknown[] = [];
    const taken: unknown[] = [];
    const subscription = await subscribe(
      nc,
      InferenceFinishedContract,
      {},
      (event) => void taken.push(event),
      { onError: (error) => void refused.push(error) },
    );
    mock = await startMock(nc, contracts, {
      evidence: "mock",
      faults: { faults: ["malformed"], rate: 1, seed: 1 },
    });
    await nc.flush();
    await subscription.stop();
    expect(taken).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: "data_loss" });
  });
});

describe("createFaultChoice", () => {
  it("chooses only faults that can happen, each of them at times", () => {
    const choose = createFaultChoice({ faults: faultNames, rate: 0.9, seed: 7 });
    for (const kind of ["request", "streaming", "event"] as const) {
      const chosen = new Set(Array.from({ length: 500 }, () => choose(`x ${kind}`, kind)));
      chosen.delete(null);
      expect(chosen).toEqual(new Set(faultNames.filter((fault) => canHappenTo(fault, kind))));
    }
  });
});
