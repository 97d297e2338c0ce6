import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let nats: RunningNatsServer;
let nc: NatsConnection;
let registry: RunningRegistry;
let workspace: Folder;
let legacy: Server;
let action: string;
let authorization: string | undefined;

const subject = "ai.npc.behavior.request.v1";

beforeAll(async () => {
  nats = await startNatsServer();
  nc = await connect({ servers: nats.url });
  nc.subscribe(subject, {
    callback: (_error, message) => {
      // A PlanResponse with the action "run".
      message.respond(new Uint8Array([0x0a, 0x03, 0x72, 0x75, 0x6e]));
    },
  });
  registry = await startRegistry({}, npcPolicy);
  workspace = await temporaryFolder(npcWorkspace);
  legacy = createServer((request, response) => {
    authorization = request.headers.authorization;
    request.resume();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ action }));
  }).listen(0, "127.0.0.1");
  await once(legacy, "listening");
  expect((await run(["module", "push", "--no-wait"])).exitCode).toBe(0);
});

afterAll(async () => {
  await nc.close();
  await registry.stop();
  await nats.stop();
  await workspace.remove();
  legacy.closeAllConnections();
  await new Promise((resolve) => legacy.close(resolve));
});

beforeEach(() => {
  action = "run";
});

const run = (args: string[], env: Record<string, string> = {}) =>
  charter(args, {
    cwd: workspace.path,
    env: { CHARTER_URL: registry.url, NATS_URL: nats.url, ...env },
  });

async function file(body: string): Promise<string> {
  await writeFile(join(workspace.path, "npc.contract.yaml"), `contract: v1\n${body}`);
  return "npc.contract.yaml";
}

const shadow = () => {
  const { port } = legacy.address() as AddressInfo;
  return file(
    `shadow:\n  - {http: "POST http://127.0.0.1:${port}/plan", subject: ${subject}, min_match: 0.9, headers_from_env: {authorization: LEGACY}}\n`,
  );
};

test("contract test takes the examples and the known failures of a file", async () => {
  const path = await file(
    `subjects:
  ${subject}:
    examples:
      - {name: runs, request: {npcId: a}, expect: {cel: reply.action == "walk"}}
`,
  );
  const args = ["contract", "test", "bodybroker/npc", "--law", "X1", "--file", path];
  const failing = await run(args);
  expect(failing.exitCode).toBe(100);
  expect(failing.stdout).toContain('the example "runs" must have a reply for which reply.action');
  const known = `known_failing:\n  - {law: X1, subject: ${subject}, issue: GH-1, until: 2999-12-31}\n`;
  await file(
    `${known}subjects: {${subject}: {examples: [{name: runs, request: {}, expect: {cel: 'false'}}]}}\n`,
  );
  const result = await run([...args, "--format", "json"]);
  expect(JSON.parse(result.stdout).modules[0].bindings[0].laws).toMatchObject([
    { law: "X1", verdict: "known-failing", reason: "known until 2999-12-31: GH-1" },
  ]);
});

test.each([
  [`subjects: {${subject}: {latncy: {}}}`, "npc.contract.yaml:2:41", "Did you mean latency?"],
  ["subjects: {ai.npc.plan.v1: {}}", "npc.contract.yaml:2:12", `the nearest: ${subject}`],
])("a file with %s is wrong usage, with its place", async (body, place, message) => {
  const result = await run(["contract", "test", "bodybroker/npc", "--file", await file(body)]);
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain(place);
  expect(result.stderr).toContain(message);
});

test("contract shadow lets cut over, or shows the difference", async () => {
  const args = ["contract", "shadow", await shadow(), "--seed", "5"];
  const equal = await run(args, { LEGACY: "Bearer secret" });
  expect(equal).toMatchObject({ exitCode: 0, stderr: "" });
  expect(equal.stdout).toContain("equal      35 of 35, 100.00 % (between 90.1");
  expect(equal.stdout).not.toContain("secret");
  expect(authorization).toBe("Bearer secret");
  action = "walk\u001b[2J";
  const different = await run(args, { LEGACY: "x" });
  expect(different.exitCode).toBe(100);
  expect(different.stdout).toContain('differs    action: "walk\\u001b[2J" by HTTP, "run" by NATS');
  const json = await run([...args, "--samples", "3", "--format", "json"], { LEGACY: "x" });
  expect(JSON.parse(json.stdout)).toMatchObject({
    formatVersion: 1,
    seed: 5,
    shadows: [{ law: "H1", subject, sent: 3, equal: 0 }],
  });
});

test("contract shadow says what it needs", async () => {
  const unset = await run(["contract", "shadow", await shadow()]);
  expect(unset).toMatchObject({ exitCode: 2, stdout: "" });
  expect(unset.stderr).toContain(
    "The environment variable LEGACY must hold the header authorization",
  );
  const empty = await run(["contract", "shadow", await file("subjects: {}")]);
  expect(empty).toMatchObject({ exitCode: 2, stdout: "" });
  expect(empty.stderr).toContain("npc.contract.yaml has no `shadow`");
  const guarded = await run(
    ["contract", "shadow", await shadow(), "--environment-class", "production"],
    { LEGACY: "x" },
  );
  expect(guarded.exitCode).toBe(3);
  expect(guarded.stdout).toContain("only rpcs with idempotency_level = NO_SIDE_EFFECTS");
});
