import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Folder, startCharter, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy, npcProto, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let nats: RunningNatsServer;
let registry: RunningRegistry;
let workspace: Folder;
let env: Record<string, string>;

beforeAll(async () => {
  nats = await startNatsServer();
  registry = await startRegistry({}, npcPolicy);
  workspace = await temporaryFolder({
    ...npcWorkspace,
    // Without its event, of which nothing is seen here.
    [npcProto]: npcWorkspace[npcProto].replace(/message NpcPlanned[\s\S]*/, ""),
  });
  env = { CHARTER_URL: registry.url, NATS_URL: nats.url };
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
});

afterAll(async () => {
  await registry.stop();
  await nats.stop();
  await workspace.remove();
});

const run = (...args: string[]) => charter(args, { cwd: workspace.path, env });
const read = (name: string) => readFile(join(workspace.path, name), "utf8");
const reports = (folder: string) =>
  ["junit", "ctrf", "sarif", "json"]
    .flatMap((format) => ["--report", `${format}=${folder}/${format}`])
    .concat("--report", "github");

test("a run without evidence ends with 3, and every report says so", async () => {
  const summary = join(workspace.path, "summary.md");
  const { exitCode, stdout, stderr } = await charter(
    ["contract", "test", "bodybroker/npc", "--format", "json", ...reports("open")],
    { cwd: workspace.path, env: { ...env, GITHUB_STEP_SUMMARY: summary } },
  );
  expect(exitCode).toBe(3);
  expect((await readdir(join(workspace.path, "open"))).sort()).toEqual([
    "ctrf",
    "json",
    "junit",
    "sarif",
  ]);
  expect(JSON.parse(await read("open/json"))).toEqual(JSON.parse(stdout));
  expect(await read("open/junit")).toMatch(
    /<testsuite name="bodybroker\/npc@1\.0\.0" .*errors="[1-9]/,
  );
  expect(JSON.parse(await read("open/ctrf"))).toMatchObject({
    reportFormat: "CTRF",
    results: { summary: { passed: 0, failed: 0 } },
  });
  expect(JSON.parse(await read("open/sarif")).runs[0].results[0]).toMatchObject({ kind: "open" });
  // The place is the file in this repository, not the path that imports give it.
  expect(stderr).toMatch(/^::warning file=proto\/[\w/]+\.proto,line=\d+,title=R1%2C R2/m);
  expect(await read("summary.md")).toContain("## Contract tests: not enough evidence");
});

test("a run that passes has reports that pass", async () => {
  const mock = await startCharter(["mock", "bodybroker/npc"], { cwd: workspace.path, env });
  try {
    const result = await run("contract", "test", "--law", "R1", "--law", "R7", ...reports("green"));
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await read("green/junit")).toContain('failures="0" errors="0"');
    expect(JSON.parse(await read("green/sarif")).runs[0].results).toEqual([]);
  } finally {
    await mock.interrupt();
  }
});

test("a run that finds a broken contract ends with 100, and has replaced its reports", async () => {
  await workspace.write({ "red/junit": "from another run" });
  const nc = await connect({ servers: nats.url });
  nc.subscribe("ai.npc.behavior.request.v1", {
    callback: (_, message) => void message.respond(),
  });
  await nc.flush();
  try {
    const result = await run("contract", "test", "--law", "R1", ...reports("red"));
    expect(result.exitCode).toBe(100);
    expect(result.stderr).toMatch(/^::error file=.*nobody says so/m);
    expect(await read("red/junit")).toMatch(
      /failures="1" errors="0"[\s\S]*<failure message="expected an endpoint/,
    );
    expect(JSON.parse(await read("red/ctrf")).results.summary.failed).toBe(1);
    expect((await readdir(join(workspace.path, "red"))).sort()).toEqual([
      "ctrf",
      "json",
      "junit",
      "sarif",
    ]);
  } finally {
    await nc.close();
  }
});

test.each([
  ["an unknown form", ["html=x.html"], 'There is no report "html". The reports are junit=<file>'],
  ["a form without its file", ["junit"], "--report junit needs a file"],
  ["a file for annotations", ["github=x"], "--report github takes no file"],
  ["a folder", ["junit=proto"], "cannot go to proto: it is no file"],
  ["a file below a file", ["sarif=buf.yaml/x"], "cannot go to buf.yaml/x: "],
  ["one file for two forms", ["junit=x", "ctrf=./x"], "Two reports go to ./x"],
])("%s is wrong usage before anything is asked of anybody", async (_, wanted, message) => {
  const args = wanted.flatMap((each) => ["--report", each]);
  const away = { CHARTER_URL: "http://127.0.0.1:9", NATS_URL: "nats://127.0.0.1:9" };
  const result = await charter(["contract", "test", ...args], { cwd: workspace.path, env: away });
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain(message);
  expect(existsSync(join(workspace.path, "x"))).toBe(false);
});
