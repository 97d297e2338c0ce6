import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NpcBehaviorServiceContract, NpcPlannedContract } from "@bodybroker/npc/v1";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type DescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient, subscribe } from "@charter-nats/runtime";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startNatsServer } from "../../ci/testing/nats-server.ts";
import { startMock } from "../mock/mock.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { missingFrom, type UsedContract } from "./check-usage.ts";
import { mergeUses, type ParticipantUse, parseUsage, type UsageFile } from "./usage.ts";

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
  return { label: "bodybroker/npc 2.0.0", registry, bindings: npc.bindings };
}

const asItIs = () => npcWith("", () => {});

function use(fields: Readonly<Record<string, string>>): ParticipantUse {
  return {
    participant: "gateway",
    module: "bodybroker/npc",
    semver: "1.0.0",
    subject: "ai.npc.behavior.request.v1",
    kind: "request",
    message: "bodybroker.npc.v1.PlanResponse",
    fields: Object.entries(fields).map(([path, type]) => ({ path, type })),
  };
}

const problems = (each: ParticipantUse, contract: UsedContract) =>
  missingFrom(each, contract).map(({ problem }) => problem);

describe("missingFrom", () => {
  const reads = { plan_id: "string", "actions.move.destination.x": "float" };

  it("finds nothing where everything is as it was", () => {
    expect(missingFrom(use(reads), asItIs())).toEqual([]);
  });

  it("names a field that is gone, and one of another type", () => {
    const contract = npcWith("PlanResponse", (message) => {
      for (const field of message.field) if (field.name === "plan_id") field.name = "plan_name";
    });
    expect(problems(use(reads), contract)).toEqual([
      "gateway reads plan_id of bodybroker.npc.v1.PlanResponse, which bodybroker/npc 2.0.0 does not have",
    ]);
    expect(problems(use({ plan_id: "int32", "plan_id.x": "string" }), asItIs())).toEqual([
      "gateway reads plan_id of bodybroker.npc.v1.PlanResponse as int32; in bodybroker/npc 2.0.0 it is string",
      "gateway reads plan_id.x of bodybroker.npc.v1.PlanResponse, which bodybroker/npc 2.0.0 does not have",
    ]);
  });

  it("names a subject that is gone or carries something else, and a message that is gone", () => {
    const contract = asItIs();
    const gone = { ...use({}), subject: "ai.npc.gone.v1" };
    expect(problems(gone, contract)).toEqual([
      "gateway uses ai.npc.gone.v1, which bodybroker/npc 2.0.0 does not bind",
    ]);
    const other = { ...use({}), kind: "streaming" as const };
    expect(problems(other, contract)).toEqual([
      expect.stringContaining("in bodybroker/npc 2.0.0 it is request of"),
    ]);
    const empty = createFileRegistry(create(FileDescriptorSetSchema));
    const unlinked = { ...contract, registry: empty, bindings: [] };
    expect(problems(use(reads), unlinked)).toHaveLength(2);
  });
});

describe("a usage file", () => {
  const file = (fields: object[], more: object = {}) =>
    JSON.stringify({
      formatVersion: 1,
      participant: "p",
      uses: [{ ...use({}), participant: undefined, fields }],
      ...more,
    });

  it("is merged with those of other processes, in a fixed order", () => {
    const [first, second] = [{ b: "string" }, { a: "int32", b: "string" }].map((fields) => {
      const { participant, ...rest } = use(fields);
      return { formatVersion: 1, participant, uses: [rest] } satisfies UsageFile;
    });
    const merged = mergeUses([first as UsageFile, second as UsageFile]);
    expect(merged).toEqual([use({ a: "int32", b: "string" })]);
    expect(mergeUses([second as UsageFile, first as UsageFile])).toEqual(merged);
  });

  it.each([
    ["no JSON", "{", "it is no JSON"],
    ["another format", file([], { formatVersion: 2 }), "/formatVersion"],
    [
      "a path that steers a terminal",
      file([{ path: "a\u001b[2J", type: "string" }]),
      "/uses/0/fields/0/path",
    ],
    ["a type that does", file([{ path: "a", type: "\u001b" }]), "/uses/0/fields/0/type"],
    ["something more", file([], { secret: 1 }), "additional properties"],
    ["no object", "[]", "must be object"],
  ])("is refused for %s", (_, text, problem) => {
    const parsed = parseUsage(text);
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });

  it("is taken as it should be", () => {
    expect(parseUsage(file([{ path: "a.b_c", type: "map<string, acme.v1.Item>" }])).ok).toBe(true);
  });
});

it("stubs write what is read of a mock, and its contract has all of it", async () => {
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
  expect(uses.flatMap((each) => missingFrom(each, asItIs()))).toEqual([]);
  const contract = npcWith("MoveAction", (message) => {
    for (const field of message.field) if (field.name === "speed") field.name = "pace";
  });
  expect(uses.flatMap((each) => problems(each, contract))).toEqual([
    expect.stringContaining("gateway reads actions.move.speed of bodybroker.npc.v1.PlanResponse"),
  ]);
});
