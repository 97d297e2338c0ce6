import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { RunReport } from "../../contract-tests/runner/report.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy, npcProto, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let registry: RunningRegistry;
let workspace: Folder;
let isBroken = true;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
  registry = await startRegistry({}, npcPolicy);
  workspace = await temporaryFolder(npcWorkspace);
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
  nc.subscribe("ai.npc.behavior.request.v1", {
    queue: "q.npc",
    callback: (_error, message) => {
      // A request with any field set is answered with what is no reply.
      const isHit = isBroken && message.data.length > 0;
      message.respond(isHit ? new Uint8Array([0xff]) : new Uint8Array());
    },
  });
  await nc.flush();
});

afterAll(async () => {
  await nc.close();
  await registry.stop();
  await server.stop();
  await workspace.remove();
});

const run = (...args: string[]) =>
  charter(args, {
    cwd: workspace.path,
    env: { CHARTER_URL: registry.url, NATS_URL: server.url, CI: "true" },
  });

const reportPath = () => join(workspace.path, "report.json");

test("a failed run prints what tries its case again, shows progress in a CI job, and writes it all", async () => {
  const failed = await run(
    ...["contract", "test", "bodybroker/npc", "--law", "R2", "--seed", "7"],
    ...["--trace", "--report", "json=report.json"],
  );
  expect(failed.exitCode).toBe(100);
  expect(failed.stderr).toContain("1/2 fail ai.npc.behavior.request.v1\n");
  expect(failed.stdout).toMatch(/works {6}\{/);
  expect(failed.stdout).toMatch(/\d ms {2}reply< .* 1 bytes {2}ff\n/);
  expect(failed.stdout).toMatch(/contract {3}bodybroker\/npc\/v1\/npc.proto:\d+ {2}rpc Plan\(/);
  const line = /replay {5}charter (.*)\n/.exec(failed.stdout)?.[1] ?? "";
  expect(line).toMatch(
    /^contract replay bodybroker\/npc@1\.0\.0 --law R2 --rpc \S+ --seed 7 --path 0\//,
  );

  const again = await run(...line.split(" "));
  expect(again).toMatchObject({ exitCode: 100, stderr: "" });
  expect(again.stdout).toMatch(/^FAIL {2}R2 accepts every valid request: still broken/);
  const report = JSON.parse(await readFile(reportPath(), "utf8")) as RunReport;
  const hex = report.modules[0]?.bindings[0]?.laws[0]?.failure?.hex;
  // The same case: what is sent is what the run has found.
  expect(again.stdout).toContain(`hex        ${hex}\n`);
});

test("a case of a report ends with 100 while it is broken, with 0 when it is kept, and 3 when nothing answers", async () => {
  const broken = await run("contract", "replay", "report.json", "--format", "json");
  expect(broken.exitCode).toBe(100);
  expect(JSON.parse(broken.stdout)).toMatchObject({
    verdict: "fail",
    law: "R2",
    trace: [{ direction: "sent" }, { direction: "received", hex: "ff" }],
  });

  isBroken = false;
  const kept = await run("contract", "replay", "report.json");
  expect(kept.exitCode).toBe(0);
  expect(kept.stdout).toMatch(/^pass {2}R2 .*: kept now/);
  expect(kept.stdout).toContain("request>");

  const nobody = await startNatsServer();
  const open = await run("contract", "replay", "report.json", "--nats", nobody.url);
  await nobody.stop();
  expect(open).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("nothing is live") });
});

test("the line of a contract is not shown from a file that has changed since", async () => {
  isBroken = true;
  const path = join(workspace.path, npcProto);
  const text = await readFile(path, "utf8");
  await writeFile(path, `// moved\n${text}`);
  const failed = await run("contract", "replay", "report.json");
  await writeFile(path, text);
  expect(failed.stdout).toMatch(/contract {3}bodybroker\/npc\/v1\/npc.proto:\d+\n/);
});

test("in production, an rpc that may have effects is not called, and the report says so", async () => {
  const result = await run(
    ...["contract", "test", "bodybroker/npc", "--law", "R2"],
    ...["--environment-class", "production", "--format", "json"],
  );
  expect(result.exitCode).toBe(3);
  const report = JSON.parse(result.stdout) as RunReport;
  expect(report).toMatchObject({ environmentClass: "production", totals: { calls: 0 } });
});

test("what has too little evidence is accepted only where something passed, and only in so many words", async () => {
  isBroken = false;
  const test = ["contract", "test", "bodybroker/npc"];
  const laws = ["--law", "R2", "--law", "E1"];
  expect((await run(...test, ...laws)).exitCode).toBe(3);
  expect((await run(...test, ...laws, "--inconclusive", "pass")).exitCode).toBe(0);
  const nothing = await run(...test, "--law", "E1", "--inconclusive=pass");
  expect(nothing.exitCode).toBe(3);
});

test.each([
  ["no report", ["report.txt.json"], "cannot be read"],
  ["a file that is none", ["buf.json"], "is no JSON"],
  ["a case that it does not have", ["report.json", "--case", "9"], "--case 9 is none of them"],
  ["a law without a name", ["bodybroker/npc", "--seed", "1", "--rpc", "Plan"], "--law, --seed"],
  [
    "an rpc that is not there",
    ["bodybroker/npc", "--law", "R2", "--seed", "1", "--rpc", "Gone"],
    "has no Gone. It has bodybroker.npc.v1.NpcBehaviorService.Plan",
  ],
  [
    "a law of events on an rpc",
    ["bodybroker/npc", "--law", "E1", "--seed", "1", "--rpc", "Plan"],
    'The law "E1" is not tried on',
  ],
  [
    "a path that is none",
    ["bodybroker/npc", "--law", "R2", "--seed", "1", "--rpc", "Plan", "--path", "x"],
    "is no path to a case",
  ],
])("replay with %s is wrong usage", async (_, args, message) => {
  await writeFile(join(workspace.path, "buf.json"), "version: v2");
  const result = await run("contract", "replay", ...args);
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain(message);
});
