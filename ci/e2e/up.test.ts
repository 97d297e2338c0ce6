import { type ExecFileException, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRegistryClient } from "../../registry/api/client.ts";
import { charter } from "../up/charter-command.ts";
import { copyWithoutField } from "../up/proofs/break-refused.ts";
import { isAlive, type RunFile, readRunFile } from "../up/run-file.ts";
import { readTour, timeless } from "./tour.ts";

const root = join(import.meta.dirname, "../..");
const upMs = 240_000;
let data: string;
let first: RunFile;

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function environment() {
  return {
    ...process.env,
    CHARTER_DATA: data,
    CHARTER_HTTP_PORT: "0",
    CHARTER_NPM_PORT: "0",
    CHARTER_NATS_PORT: "0",
  };
}

function run(script: string, args: readonly string[] = []): Promise<Ended> {
  const env = environment();
  const path = join(root, "ci/up", script);
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    execFile(process.execPath, [path, ...args], { env, timeout: upMs }, done);
  });
}

function runFile(): RunFile {
  const file = readRunFile(data);
  if (file === null) throw new Error("up left no run.json");
  return file;
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "charter-e2e-"));
  const up = await run("main.ts", ["--detach"]);
  expect(up, "the first up").toMatchObject({ exitCode: 0 });
  first = runFile();
}, upMs);

afterAll(async () => {
  await run("down.ts");
  await rm(data, { recursive: true, force: true });
});

describe("up --detach", () => {
  test("proves five things, each counted", () => {
    expect(first.proofs.map(({ name, ok }) => [name, ok])).toEqual([
      ["registered", true],
      ["break refused", true],
      ["stub installed", true],
      ["contracts passed", true],
      ["subject resolved", true],
    ]);
    for (const proof of first.proofs) expect(proof.count, proof.name).toBeGreaterThan(0);
  });

  test("says that it is up already, and leaves what runs alone", async () => {
    const again = await run("main.ts", ["--detach"]);
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain(first.http);
    expect(first.pids.every(isAlive)).toBe(true);
  });

  test("registers every module with a package whose tarball matches its integrity", async () => {
    const modules = await createRegistryClient({ url: first.http }).modules();
    const owned = modules.filter((module) => module.name.startsWith("bodybroker/"));
    expect(owned).toHaveLength(23);
    for (const { name, package: stub } of owned) {
      const url = new URL(`${stub.name.replace("/", "%2f")}`, first.npm);
      const packument = (await (await fetch(url)).json()) as {
        versions: Record<string, { dist: { tarball: string; integrity: string } }>;
      };
      const dist = packument.versions[stub.version]?.dist;
      expect(dist?.integrity, name).toBe(stub.integrity);
      const tarball = new Uint8Array(await (await fetch(dist?.tarball ?? "")).arrayBuffer());
      const digest = createHash("sha512").update(tarball).digest("base64");
      expect(`sha512-${digest}`, name).toBe(stub.integrity);
    }
  });
});

describe("the README's tour", () => {
  const stops = readTour(join(root, "README.md"));

  test("has its stops", () => {
    expect(stops.length).toBeGreaterThanOrEqual(3);
  });

  test.each(stops)("charter $args", async ({ args, output, deletesField }) => {
    const folder = deletesField ? await copyWithoutField(root) : root;
    try {
      const ended = await charter({ root, ...first }, args, folder);
      expect(timeless(ended.stdout)).toBe(timeless(output));
    } finally {
      if (deletesField) await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("down", () => {
  test("leaves no process", async () => {
    expect(await run("down.ts")).toMatchObject({ exitCode: 0 });
    expect(first.pids.filter(isAlive)).toEqual([]);
    expect(readRunFile(data)).toBeNull();
  });

  test("leaves a NATS that nobody answers on: contract test ends with 4", async () => {
    const ended = await charter({ root, ...first }, ["contract", "test", "bodybroker/npc"]);
    expect(ended.exitCode).toBe(4);
  });
});

describe("a second up on the same data", () => {
  // Stopped once it has registered: the proofs that follow are the first up's, and take a minute.
  test("registers nothing new, and ends whole when it is stopped", { timeout: upMs }, async () => {
    const up = spawn(process.execPath, [join(root, "ci/up/main.ts")], { env: environment() });
    const ended = once(up, "exit");
    try {
      const http = await registeredAt(up.stderr);
      const registry = createRegistryClient({ url: http });
      for (const { name } of await registry.modules()) {
        const { versions } = await registry.releases(name);
        expect(
          versions.map((each) => each.semver),
          name,
        ).toEqual(["1.0.0"]);
      }
      up.kill("SIGTERM");
      expect(await ended).toEqual([130, null]);
      await expect(fetch(http)).rejects.toThrow();
    } finally {
      up.kill("SIGKILL");
    }
  });
});

/** Where the registry of an `up` answers, once every module is registered there. */
async function registeredAt(progress: Readable): Promise<string> {
  let http = "";
  for await (const line of createInterface({ input: progress })) {
    http = /✓ registry (http:\S+)/.exec(line)?.[1] ?? http;
    if (line.includes("✓ register every module")) return http;
  }
  throw new Error("up ended before it had registered its modules");
}
