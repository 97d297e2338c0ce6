import {
  ChatRole,
  FinishReason,
  InferenceFinishedContract,
  InferenceServiceContract,
} from "@bodybroker/ai/v1";
import { createClient, subscribe } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { exitCodeOf } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { startReference } from "./ai.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let stop: () => Promise<void>;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
  const service = await startReference(nc);
  stop = () => service.stop();
});

afterAll(async () => {
  await stop();
  await nc.close();
  await server.stop();
});

const prompt = (value: string, parameters = {}) => ({
  meta: { requestId: crypto.randomUUID() },
  modelId: "m1",
  input: { content: { case: "prompt", value } as const, parameters },
});

async function tokensOf(request: ReturnType<typeof prompt>) {
  const tokens: string[] = [];
  for await (const frame of createClient(InferenceServiceContract, nc).streamInfer(request)) {
    if (frame.end !== undefined) return { tokens, index: frame.index, end: frame.end };
    tokens.push(frame.delta);
  }
  throw new Error("the stream had no last frame");
}

const infer = (request: ReturnType<typeof prompt>) =>
  createClient(InferenceServiceContract, nc).infer(request);

describe("the reference service of bodybroker/ai", () => {
  it("keeps its contract, whole, token by token and in what it announces", async () => {
    const contracts = (await workspaceContracts()).filter(
      (each) => each.module === "bodybroker/ai",
    );
    const report = await runContracts(nc, contracts, { seed: 3 });
    const bindings = report.modules.flatMap((module) => module.bindings);
    expect(bindings.map(({ kind, verdict, evidence }) => [kind, verdict, evidence])).toEqual([
      ["request", "pass", "reference"],
      ["streaming", "pass", "reference"],
      ["event", "pass", "reference"],
    ]);
    const streaming = bindings.find(({ kind }) => kind === "streaming");
    const passed = streaming?.laws.filter(({ verdict }) => verdict === "pass");
    expect(passed?.map(({ law }) => law)).toEqual(
      expect.arrayContaining(["R1", "R2", "R3", "R4", "T1", "T2", "T3", "T4", "T5", "T6"]),
    );
    expect(exitCodeOf(report)).toBe(0);
  });

  it("writes the same whole as token by token, and longer for a longer prompt", async () => {
    const short = await tokensOf(prompt("a road"));
    expect(await infer(prompt("a road"))).toMatchObject({
      output: { case: "text", value: short.tokens.join("") },
      finishReason: FinishReason.STOP,
    });
    expect(short).toMatchObject({
      index: short.tokens.length,
      end: { usage: { promptTokens: 2, completionTokens: short.tokens.length } },
    });
    const long = await tokensOf(prompt("a road that is a good deal longer"));
    expect(long.tokens.length).toBeGreaterThan(short.tokens.length);
  });

  it.each([
    [1, 1, FinishReason.LENGTH],
    [8, 8, FinishReason.LENGTH],
    [32768, 56, FinishReason.STOP],
  ])("with room for %i tokens writes %i", async (maxTokens, count, finishReason) => {
    const { tokens, end } = await tokensOf(prompt("a road", { maxTokens }));
    expect(tokens).toHaveLength(count);
    expect(end.finishReason).toBe(finishReason);
  });

  it("ends before a stop word, wherever it begins", async () => {
    const { tokens } = await tokensOf(prompt("a road"));
    const text = tokens.join("");
    const word = text.slice(70, 76);
    const stopped = await tokensOf(prompt("a road", { stop: { words: ["§", word] } }));
    expect(stopped.tokens.join("")).toBe(text.slice(0, text.indexOf(word)));
    expect(stopped.end.finishReason).toBe(FinishReason.STOP);
  });

  it("answers a conversation with a turn", async () => {
    const messages = [{ role: ChatRole.USER, content: "hello" }];
    const content = { case: "conversation", value: { messages } } as const;
    const request = { ...prompt(""), input: { content } };
    expect(await createClient(InferenceServiceContract, nc).infer(request)).toMatchObject({
      output: { case: "conversation", value: { messages: [{ role: ChatRole.ASSISTANT }] } },
    });
  });

  it("announces what it finished, and nothing that a caller left", async () => {
    const finished: string[] = [];
    const events = await subscribe(nc, InferenceFinishedContract, {}, ({ requestId }) => {
      finished.push(requestId);
    });
    const left = prompt("x ".repeat(200));
    for await (const frame of createClient(InferenceServiceContract, nc).streamInfer(left)) {
      if (frame.index === 3) break;
    }
    const whole = prompt("a road");
    await infer(whole);
    await events.stop();
    expect(finished).toEqual([whole.meta.requestId]);
  });
});
