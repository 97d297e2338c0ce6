import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  claimData,
  dataFolder,
  isAlive,
  readRunFile,
  releaseData,
  removeRunFile,
  writeRunFile,
} from "./run-file.ts";

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "charter-run-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** A process that looks like one of `up` by its command line, or like a stranger. */
async function startLookalike(...words: string[]) {
  const script = 'process.stdout.write("on"); process.stdin.resume();';
  const child = spawn(process.execPath, ["-e", script, "--", ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const end = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { pid: child.pid ?? 0, end };
}

it("dataFolder is .charter of the clone, or what CHARTER_DATA names", () => {
  expect(dataFolder("/clone", {})).toBe("/clone/.charter");
  expect(dataFolder("/clone", { CHARTER_DATA: "" })).toBe("/clone/.charter");
  expect(dataFolder("/clone", { CHARTER_DATA: "elsewhere" })).toBe("/clone/elsewhere");
  expect(dataFolder("/clone", { CHARTER_DATA: "/data" })).toBe("/data");
});

it("readRunFile gives what writeRunFile wrote, and null without a file or with half of one", async () => {
  expect(readRunFile(data)).toBeNull();
  const proofs = [{ name: "registered", count: 24, ok: true, detail: "modules" }];
  const run = { http: "http://127.0.0.1:4280", npm: "n", nats: "nats://x", pids: [1, 2], proofs };
  writeRunFile(data, run);
  expect(readRunFile(data)).toEqual(run);
  await writeFile(join(data, "run.json"), '{"http":');
  expect(readRunFile(data)).toBeNull();
  removeRunFile(data);
  expect(existsSync(join(data, "run.json"))).toBe(false);
});

describe("isAlive", () => {
  it("is true of a process of ours until it ends", async () => {
    const server = await startLookalike("registry/server/main.ts");
    expect(isAlive(server.pid)).toBe(true);
    await server.end();
    expect(isAlive(server.pid)).toBe(false);
  });

  it("is false of a stranger that has the number by now", async () => {
    const stranger = await startLookalike("some-editor");
    expect(isAlive(stranger.pid)).toBe(false);
    await stranger.end();
  });
});

describe("claimData", () => {
  it("refuses a folder while another `up` holds it, and gives it after that one's end", async () => {
    const other = await startLookalike("ci/up/main.ts");
    await writeFile(join(data, "up.pid"), String(other.pid));
    expect(claimData(data)).toBe(false);
    await other.end();
    expect(claimData(data)).toBe(true);
  });

  it("leaves nothing after releaseData", () => {
    expect(claimData(data)).toBe(true);
    releaseData(data);
    expect(existsSync(join(data, "up.pid"))).toBe(false);
  });
});
