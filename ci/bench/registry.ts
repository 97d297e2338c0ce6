import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packStub } from "../../registry/server/npm/pack-stub.ts";
import { createStubBuilder } from "../../registry/server/npm/stub-builder.ts";
import { openDatabase } from "../../registry/server/storage/open.ts";
import { createStore } from "../../registry/server/storage/store.ts";
import { startServerProcess } from "../../registry/server/testing/server-process.ts";
import type { BenchRow } from "./bench-row.ts";
import { benchChecks, prepare } from "./check.ts";
import { median } from "./load-result.ts";
import { secondsOf } from "./seconds.ts";

const root = join(import.meta.dirname, "../..");
/**
 * The first customer's modules in a real registry: checks of them, and the stub packages of all.
 */
export async function benchRegistry(rounds: number): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "charter-bench-"));
  const dataDir = join(folder, "data");
  const workspace = join(folder, "workspace");
  try {
    for (const path of ["buf.yaml", "proto", "generated/proto"]) {
      await cp(join(root, path), join(workspace, path), { recursive: true });
    }
    const checks = await benchChecksAt(workspace, dataDir, rounds);
    return [...checks, ...(await benchStubs(dataDir))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchChecksAt(
  workspace: string,
  dataDir: string,
  rounds: number,
): Promise<BenchRow[]> {
  const registry = await startServerProcess({ CHARTER_DATA: dataDir });
  try {
    const bench = { workspace, url: registry.url, rounds };
    await prepare(bench);
    return await benchChecks(bench);
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
    const builder = createStubBuilder(store, packStub);
    const seconds: number[] = [];
    for (const { id, module, semver } of store.heads()) {
      // The bench's own, far larger than a module of the customer.
      if (module.startsWith("bench/")) continue;
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
