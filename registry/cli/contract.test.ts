import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Folder, startCharter, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let nats: RunningNatsServer;
let registry: RunningRegistry;
let workspace: Folder;
let env: Record<string, string>;

beforeAll(async () => {
  nats = await startNatsServer({
    config: "authorization: { users: [{ user: tester, password: secret }] }",
  });
  registry = await startRegistry({}, npcPolicy);
  workspace = await temporaryFolder(npcWorkspace);
  env = {
    CHARTER_URL: registry.url,
    NATS_URL: nats.url,
    NATS_USER: "tester",
    NATS_PASSWORD: "secret",
  };
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
});

afterAll(async () => {
  await registry.stop();
  await nats.stop();
  await workspace.remove();
});

const run = (...args: string[]) => charter(args, { cwd: workspace.path, env });

test("contract test ends with 3 when nothing is live", async () => {
  const result = await run("contract", "test", "bodybroker/npc", "--format", "json");
  expect(result.exitCode).toBe(3);
  expect(JSON.parse(result.stdout)).toMatchObject({
    formatVersion: 2,
    environmentClass: "ephemeral",
    modules: [{ module: "bodybroker/npc", semver: "1.0.0" }],
    totals: { bindings: 2, verdicts: { pass: 0, inconclusive: 2 } },
  });
});

test("contract test passes against a mock with the seed and laws that were asked for", async () => {
  const mock = await startCharter(["mock", "bodybroker/npc@1.0.0"], { cwd: workspace.path, env });
  try {
    expect(mock.firstLine).toMatch(/^SERVING/);
    const result = await run("contract", "test", "--seed", "7", "--law", "R1", "--format", "json");
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      seed: 7,
      laws: ["R1"],
      totals: { verdicts: { pass: 1, fail: 0 }, evidence: { mock: 1, real: 0 } },
    });
    const text = await run("contract", "test", "bodybroker/npc", "--law", "R2", "--law", "R3");
    expect(text).toMatchObject({ exitCode: 0, stderr: "" });
    expect(text.stdout).toContain("  pass  ai.npc.behavior.request.v1  mock, 1 instance");
  } finally {
    expect(await mock.interrupt()).toBe(0);
  }
});

test.each([
  ["an address where nothing is", { NATS_URL: "nats://127.0.0.1:9" }, "comes from NATS_URL"],
  ["a wrong password", { NATS_PASSWORD: "wrong" }, "NATS_CREDS names a credentials file"],
])("contract test and mock end with 4 at %s", async (_, wrong, message) => {
  for (const args of [
    ["contract", "test"],
    ["mock", "bodybroker/npc"],
  ]) {
    const result = await charter(args, { cwd: workspace.path, env: { ...env, ...wrong } });
    expect(result).toMatchObject({ exitCode: 4, stdout: "" });
    expect(result.stderr).toContain(message);
  }
});

test.each([
  ["an unknown law", ["contract", "test", "--law", "R99"], "The laws are R1"],
  ["a seed that is no number", ["contract", "test", "--seed", "x"], "a whole number from 0"],
  ["a credentials file that is not there", ["contract", "test"], "NATS_CREDS is"],
  ["a module without rpcs", ["mock", "bodybroker/common"], "There is nothing to serve"],
])("%s is wrong usage", async (_, args, message) => {
  const creds = message.startsWith("NATS_CREDS") ? { NATS_CREDS: "gone.creds" } : {};
  const result = await charter(args, { cwd: workspace.path, env: { ...env, ...creds } });
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain(message);
});

test("contract test of a module that is not registered ends with 100", async () => {
  expect(await run("contract", "test", "bodybroker/gone")).toMatchObject({
    exitCode: 100,
    stderr: expect.stringContaining('No module "bodybroker/gone" is registered'),
  });
});
