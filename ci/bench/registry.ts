import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runBuf } from "../../registry/buf/run-buf.ts";
import { charter } from "../../registry/cli/testing/charter.ts";
import { createStubBuilder } from "../../registry/server/npm/stub-builder.ts";
import { openDatabase } from "../../registry/server/storage/open.ts";
import { createStore } from "../../registry/server/storage/store.ts";
import { startServerProcess } from "../../registry/server/testing/server-process.ts";
import type { BenchRow } from "./bench-row.ts";
import { median } from "./load-result.ts";

const root = join(import.meta.dirname, "../..");
/** A module of usual size, with imports of others. */
const usual = { module: "bodybroker/npc", folder: "proto/bodybroker/npc" };
const breaking = JSON.stringify({
  version: "v2",
  breaking: { use: ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"] },
});

/**
 * The first customer's modules in a real registry: `module check` of one of them against bare `buf
 * breaking`, and the stub packages of all.
 */
export async function benchRegistry(rounds: number): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "charter-bench-"));
  const dataDir = join(folder, "data");
  const workspace = join(folder, "workspace");
  try {
    for (const path of ["buf.yaml", "proto", "generated/proto"]) {
      await cp(join(root, path), join(workspace, path), { recursive: true });
    }
    const check = await benchCheck(workspace, dataDir, rounds);
    return [check, ...(await benchStubs(dataDir))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchCheck(workspace: string, dataDir: string, rounds: number): Promise<BenchRow> {
  const registry = await startServerProcess({ CHARTER_DATA: dataDir });
  const options = { cwd: workspace, env: { CHARTER_URL: registry.url } };
  const build = (image: string) =>
    runBuf(workspace, ["build", "--path", usual.folder, "-o", image]);
  try {
    const pushed = await charter(["module", "push", "--no-wait"], options);
    if (pushed.exitCode !== 0) throw new Error(`module push: ${pushed.stderr}`);
    await build("before.binpb");
    const file = join(workspace, usual.folder, "v1/npc.proto");
    await writeFile(file, `${await readFile(file, "utf8")}\nmessage Added { string name = 1; }\n`);
    await build("after.binpb");

    const checks: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < rounds; i++) {
      checks.push(
        await secondsOf(async () => {
          const { exitCode, stderr } = await charter(
            ["module", "check", "--module", usual.module],
            options,
          );
          if (exitCode !== 0) throw new Error(`module check: ${stderr}`);
        }),
      );
      const args = ["breaking", "after.binpb", "--against", "before.binpb", "--exclude-imports"];
      bare.push(await secondsOf(() => runBuf(workspace, [...args, "--config", breaking])));
    }
    return {
      name: "module check, against buf breaking alone",
      value: median(checks.map((seconds, i) => seconds / (bare[i] ?? 0))),
      unit: "×",
      bar: { atMost: 1.5 },
      details: [
        { who: "Charter", time: `${median(checks).toFixed(2)} s` },
        { who: "buf", time: `${median(bare).toFixed(2)} s` },
      ],
    };
  } finally {
    registry.child.kill();
    await registry.ended;
  }
}

/** How long each module's package takes; the slowest of them is held against the bar. */
async function benchStubs(dataDir: string): Promise<BenchRow[]> {
  const db = openDatabase(dataDir);
  try {
    const store = createStore(db);
    const builder = createStubBuilder(store);
    const seconds: number[] = [];
    for (const { id, module, semver } of store.heads()) {
      const release = store.release(module, semver);
      if (release === null) continue;
      seconds.push(await secondsOf(() => builder.build(release, store.image(id))));
    }
    return [
      {
        name: "stub package generated and packed, the slowest module",
        value: Math.max(...seconds),
        unit: "s",
        bar: { atMost: 1 },
        details: [{ who: "Charter", median: `${median(seconds).toFixed(2)} s` }],
      },
    ];
  } finally {
    db.close();
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
