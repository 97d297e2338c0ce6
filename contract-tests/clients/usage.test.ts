import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NpcBehaviorServiceContract, NpcPlannedContract } from "@bodybroker/npc/v1";
import { createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type DescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient, subscribe } from "@charter-nats/runtime";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startNatsServer } from "../../ci/testing/nats-server.ts";
import { missingFrom, missingText, type UsedContract } from "../../registry/core/usage/missing.ts";
import type { SubjectUse, UsedField } from "../../registry/core/usage/usage.ts";
import { startMock } from "../mock/mock.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { mergeUses, parseUsage, type UsageFile } from "./usage.ts";

let npc: ContractUnderTest;

beforeAll(async () => {
  const found = (await workspaceContracts()).find(({ module }) => module === "bodybroker/npc");
  if (found === undefined) throw new Error("bodybroker/npc is in the workspace");
  npc = found;
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The contract of npc, with a message changed. */
function npcWith(name: string, change: (message: DescriptorProto) => void): UsedContract {
  const set = fromBinary(FileDescriptorSetSchema, npc.descriptors);
  for (const file of set.file)
    for (const each of file.messageType) if (each.name === name) change(each);
  const registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, toBinary(FileDescriptorSetSchema, set)),
  );
  return { registry, bindings: npc.bindings };
}

const text = (path: string, ...numbers: number[]): UsedField => ({ path, numbers, type: "string" });

function use(reads: readonly UsedField[], sends: readonly UsedField[] = []): SubjectUse {
  return {
    module: "bodybroker/npc",
    semver: "1.0.0",
    subject: "ai.npc.behavior.request.v1",
    kind: "request",
    reads: { message: "bodybroker.npc.v1.PlanResponse", fields: [...reads] },
    sends: { message: "bodybroker.npc.v1.PlanRequest", fields: [...sends] },
  };
}

function fileOf(...uses: SubjectUse[]): UsageFile {
  return { formatVersion: 1, participant: "gateway", uses };
}

describe("a usage file", () => {
  it("is merged with those of other processes, in a fixed order", () => {
    const [a, b, c] = [text("a", 2), text("b", 1), text("c", 3)];
    const first = fileOf(use([b, a], [c]));
    const second = fileOf(use([c, a]), { ...use([a]), semver: "1.1.0" });
    const merged = mergeUses([first, second]);
    expect(merged).toEqual([
      { participant: "gateway", ...use([a, b, c], [c]) },
      { participant: "gateway", ...use([a]), semver: "1.1.0" },
    ]);
    expect(mergeUses([second, first])).toEqual(merged);
  });

  const field = (change: object) => ({ ...text("a", 1), ...change });

  it.each([
    ["no JSON", "{", "it is no JSON"],
    ["another format", { ...fileOf(), formatVersion: 2 }, "/formatVersion"],
    ["a participant that is no name", { ...fileOf(), participant: "a b" }, "/participant"],
    ["a path that steers a terminal", fileOf(use([field({ path: "a\u001b[2J" })])), "/path"],
    ["a type that does", fileOf(use([], [field({ type: "\u001b" })])), "/uses/0/sends"],
    ["no numbers", fileOf(use([field({ numbers: [] })])), "/uses/0/reads/fields/0/numbers"],
    ["something more", { ...fileOf(), secret: 1 }, "additional properties"],
    ["no object", [], "must be object"],
  ])("is refused for %s", (_, file, problem) => {
    const parsed = parseUsage(typeof file === "string" ? file : JSON.stringify(file));
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });

  it("is taken as it should be", () => {
    const taken = fileOf(use([field({ path: "a.b_c", type: "map<string, acme.v1.Item>" })]));
    expect(parseUsage(JSON.stringify(taken))).toEqual({ ok: true, file: taken });
  });
});

it("stubs write what is read and sent, and the contract has all of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "charter-use-"));
  vi.stubEnv("CHARTER_RECORD_USE", folder);
  vi.stubEnv("CHARTER_PARTICIPANT", "gateway");
  const server = await startNatsServer();
  const nc = await connect({ servers: server.url });
  const events = await subscribe(nc, NpcPlannedContract, {});
  const mock = await startMock(nc, [npc], { evidence: "mock" });
  const client = createClient(NpcBehaviorServiceContract, nc);
  for (let call = 0; call < 20; call += 1) {
    const request = {
      meta: { requestId: crypto.randomUUID() },
      npcId: "n1",
      situation: { position: {}, healthPercent: 50 },
    };
    const { planId, actions } = await client.plan(request, { deadlineMs: 10_000 });
    expect(planId).not.toBe("");
    for (const { act } of actions)
      if (act.case === "move") expect(act.value.speed).toBeTypeOf("number");
  }
  for await (const { message } of events) {
    expect(message.npcId).not.toBe("");
    break;
  }
  await mock.stop();
  await nc.close();
  await server.stop();
  const uses = await vi.waitFor(async () => {
    const texts = await Promise.all(
      (await readdir(folder))
        .filter((name) => name.endsWith(".usage.json"))
        .map((name) => readFile(join(folder, name), "utf8")),
    );
    const read = texts.flatMap((text) => {
      const parsed = parseUsage(text);
      return parsed.ok ? [parsed.file] : [];
    });
    const merged = mergeUses(read);
    expect(merged.map(({ kind }) => kind).sort()).toEqual(["event", "request"]);
    return merged;
  });
  await rm(folder, { recursive: true });
  const lost = (contract: UsedContract) =>
    uses.flatMap((each) =>
      missingFrom(each, contract).map((missing) => missingText(missing, "gateway", "2.0.0")),
    );
  expect(lost(npcWith("", () => {}))).toEqual([]);
  const contract = npcWith("MoveAction", (message) => {
    for (const field of message.field) if (field.name === "speed") field.number = 99;
  });
  expect(lost(contract)).toEqual([
    "gateway reads actions.move.speed of bodybroker.npc.v1.PlanResponse, which 2.0.0 does not have",
  ]);
  const without = npcWith("Situation", (message) => {
    for (const field of message.field) if (field.name === "health_percent") field.number = 99;
  });
  expect(lost(without)).toEqual([
    "gateway sends situation.health_percent of bodybroker.npc.v1.PlanRequest, which 2.0.0 does not have",
  ]);
});
