import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Folder, startCharter, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess } from "./testing/in-process.ts";
import { npcPolicy, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let nats: RunningNatsServer;
let registry: RunningRegistry;
let workspace: Folder;
let env: Record<string, string>;

beforeAll(async () => {
  nats = await startNatsServer();
  registry = await startRegistry({}, npcPolicy);
  workspace = await temporaryFolder(npcWorkspace);
  env = { CHARTER_URL: registry.url, NATS_URL: nats.url };
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
});

afterAll(async () => {
  await registry.stop();
  await nats.stop();
  await workspace.remove();
});

const run = (...args: string[]) => charterInProcess(args, { cwd: workspace.path, env });
const client = (...args: string[]) =>
  run("contract", "client", "bodybroker/npc", "--rpc", "Plan", ...args);

test("mock serves with the faults that it is told to have, until it is stopped", async () => {
  const args = ["mock", "bodybroker/npc", "--fault", "5xx", "--fault-rate", "1"];
  const mock = await startCharter(args, { cwd: workspace.path, env });
  try {
    expect(mock.firstLine).toMatch(/^SERVING +KIND +RPC OR EVENT +MODULE$/);
    // A mock that answers 503 is no service to test a client against.
    expect(await client("--", "true")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("is served here already, by bodybroker-npc-v1"),
    });
    expect((await run("contract", "test", "bodybroker/npc", "--law", "R2")).exitCode).toBe(100);
  } finally {
    expect(await mock.interrupt()).toBe(0);
  }
});

test.each([
  ["an unknown fault", ["--fault", "fire"], "The faults are late, duplicate"],
  ["a fault that cannot happen", ["--fault", "gap"], 'can have the fault "gap"'],
  ["a rate above 1", ["--fault", "late", "--fault-rate", "2"], "a number from 0 to 1"],
])("mock with %s is wrong usage", async (_, flags, message) => {
  const result = await run("mock", "bodybroker/npc", ...flags);
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain(message);
});

test("contract client runs a command for each fault, and shows what it did not notice", async () => {
  const script = `
    const { connect } = await import(process.argv[1]);
    const nc = await connect({ servers: process.env.NATS_URL });
    console.log("fault <" + process.env.CHARTER_FAULT + "> of " + process.env.CHARTER_RPC);
    try {
      await nc.request("ai.npc.behavior.request.v1", new Uint8Array(), { timeout: 200 });
    } catch {
      process.exitCode = 1;
      console.log('{"code":"deadline_exceeded"}');
    }
    if (process.env.CHARTER_FAULT === "5xx") throw new Error("a crash");
    await nc.close();`;
  const transport = import.meta.resolve("@nats-io/transport-node");
  const command = [process.execPath, "--input-type=module", "--eval", script, transport];
  const result = await client("--", ...command);
  expect(result.exitCode).toBe(100);
  // It knows a time-out, and reads neither headers nor payloads.
  expect(result.stdout).toMatch(/pass {5}sound/);
  expect(result.stdout).toMatch(/pass {5}late/);
  expect(result.stdout).toMatch(/fail {5}5xx/);
  expect(result.stdout).toMatch(/fail {5}malformed/);
  // A process that fell over ends with 1 as well.
  expect(result.stdout).toContain("came      exit code 1, and no code of an error printed");
  expect(result.stdout).toContain(
    "│ fault <malformed> of bodybroker.npc.v1.NpcBehaviorService.Plan",
  );
  expect(result.stdout).toContain("C1 copes with a service that misbehaves: fail");
});

test.each([
  ["ends with 3 when the client fails without any fault", ["--", "false"], 3, "no request came"],
  ["is wrong usage for no program", ["--", "./gone"], 2, "cannot be started"],
])("contract client %s", async (_, args, exitCode, message) => {
  const result = await client(...args);
  expect(result.exitCode).toBe(exitCode);
  expect(result.stdout + result.stderr).toContain(message);
});

test("contract client names the rpcs of the module for one that it lacks", async () => {
  const result = await run("contract", "client", "bodybroker/npc", "--rpc", "Play", "--", "true");
  expect(result).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Its rpcs are: bodybroker.npc.v1.NpcBehaviorService.Plan"),
  });
});

const action = { path: "action", numbers: [1], type: "string" };
const mood = { path: "mood", numbers: [2], type: "bodybroker.npc.v1.Mood" };

/** A usage file of a caller that reads fields of a plan, and says whose plan it wants. */
function usage(fields: readonly object[], participant = "gateway"): string {
  const sent = { path: "npc_id", numbers: [2], type: "string" };
  const use = {
    ...{ module: "bodybroker/npc", semver: "1.0.0", subject: "ai.npc.behavior.request.v1" },
    kind: "request",
    reads: { message: "bodybroker.npc.v1.PlanResponse", fields },
    sends: { message: "bodybroker.npc.v1.PlanRequest", fields: [sent] },
  };
  return JSON.stringify({ formatVersion: 1, participant, uses: [use] });
}

test("contract usage holds what stubs have recorded against a release", async () => {
  await workspace.write({ "good.json": usage([action]), "bad.json": usage([action, mood]) });
  const shown = await run("contract", "usage", "good.json", "bad.json");
  expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
  expect(shown.stdout).toMatch(
    /gateway +bodybroker\/npc@1.0.0 +ai.npc\S+ +reads action, mood; sends npc_id/,
  );
  const kept = await run("contract", "usage", "good.json", "--against", "registry");
  expect(kept).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("All 2 fields on 1") });
  const lost = await run("contract", "usage", "bad.json", "--against", "bodybroker/npc@1.0.0");
  expect(lost.exitCode).toBe(100);
  expect(lost.stdout).toContain(
    "gateway reads mood of bodybroker.npc.v1.PlanResponse, which bodybroker/npc 1.0.0 does not have",
  );
  const other = await run("contract", "usage", "bad.json", "--against", "bodybroker/common");
  expect(other).toMatchObject({ exitCode: 3, stdout: "Not compared: bodybroker/npc.\n" });
});

test("contract usage keeps what a build uses, and shows what is kept", async () => {
  const files = { "gateway.json": usage([]), "more.json": usage([action]) };
  await workspace.write({ ...files, "app.json": usage([], "app") });
  const publish = (...args: string[]) => run("contract", "usage", ...args, "--publish");
  expect(await publish("gateway.json", "--build", "1")).toMatchObject({
    exitCode: 0,
    stdout: "Published: 1 field on 1 subject, which is all that gateway@1 uses.\n",
  });
  await publish("gateway.json", "more.json", "--build", "1");
  await publish("app.json", "--build", "7", "--participant", "mobile");
  const kept = await run("contract", "usage", "--module", "bodybroker/npc");
  const rows = kept.stdout
    .trimEnd()
    .replace(/\d{4}-\d\d-\d\d/g, "DAY")
    .split("\n");
  const use = "bodybroker/npc@1.0.0 ai.npc.behavior.request.v1 DAY";
  expect(rows.map((row) => row.replace(/ {2,}/g, " "))).toEqual([
    "PARTICIPANT BUILD MADE WITH SUBJECT RECORDED FIELDS",
    `mobile 7 ${use} sends npc_id`,
    `gateway 1 ${use} reads action; sends npc_id`,
  ]);
  const one = await run("contract", "usage", "--of", "gateway@1", "--format", "json");
  expect(JSON.parse(one.stdout)).toMatchObject({
    usages: [{ participant: "gateway", build: "1", reads: { fields: [action] } }],
    more: false,
  });
  const forget = () => run("contract", "usage", "--of", "mobile", "--forget");
  expect((await forget()).stdout).toBe("What mobile used is forgotten.\n");
  expect((await forget()).stdout).toBe("Nothing was kept of mobile.\n");
  const none = await run("contract", "usage", "--of", "gateway@2");
  expect(none).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Nothing is kept") });
});

test("contract usage does not keep what the release does not have", async () => {
  await workspace.write({ "bad.json": usage([mood]) });
  const args = ["bad.json", "--publish", "--build", "9"];
  const { exitCode, stderr } = await run("contract", "usage", ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    "gateway@9 reads mood of bodybroker.npc.v1.PlanResponse, which bodybroker/npc@1.0.0 does not have",
  );
  expect(stderr).toContain("Run its tests again with these stubs");
});

test.each([
  ["a file that is not there", "gone.json", "it cannot be read"],
  ["another file", "buf.yaml", "it is no JSON"],
  ["nothing", "", "Expected usage files"],
  ["files and what is kept", "good.json --of gateway", "take no files and no other flags"],
  ["what is kept, to be published", "--of gateway --publish --build 1", "no other flags"],
  ["what to forget of a module", "--module bodybroker/npc --forget", "--forget needs --of"],
  ["files to forget", "good.json --forget", "--forget needs --of"],
  ["two things to do", "good.json --publish --build 1 --against .", "leave one of the two away"],
  ["no build", "good.json --publish", "--publish needs --build <build>"],
  ["a build that is not published", "good.json --build 1", "add --publish"],
  ["a build that is no name", "good.json --publish --build a/b", "must name a participant"],
  ["two participants", "good.json app.json --publish --build 1", "are of gateway and app"],
  ["a module with a version", "--module bodybroker/npc@1.0.0", "must name a module"],
])("contract usage of %s is wrong usage", async (_, args, message) => {
  await workspace.write({ "good.json": usage([action]), "app.json": usage([], "app") });
  expect(await run("contract", "usage", ...args.split(" ").filter(Boolean))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(message),
  });
});
