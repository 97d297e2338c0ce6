import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlannedRelease } from "../../registry/core/registration/plan.ts";
import { digestOf } from "../../registry/core/revision/digest.ts";
import { openDatabase } from "../../registry/server/storage/open.ts";
import { createStore } from "../../registry/server/storage/store.ts";
import { startServerProcess } from "../../registry/server/testing/server-process.ts";
import type { BenchRow } from "./bench-row.ts";
import { median } from "./load-result.ts";
import { bindingsPerModule, moduleOf, syntheticBinding } from "./synthetic-subjects.ts";

const modules = 100;
const versions = 100;

/** The start of a registry that holds 10,000 releases: how long it takes, and the memory it has. */
export async function benchStartUp(starts: number): Promise<BenchRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "charter-bench-"));
  try {
    fill(dataDir);
    const seconds: number[] = [];
    const megabytes: number[] = [];
    for (let i = 0; i < starts; i++) {
      const from = performance.now();
      const registry = await startServerProcess({ CHARTER_DATA: dataDir });
      seconds.push((performance.now() - from) / 1000);
      megabytes.push(residentKilobytes(registry.child.pid) / 1024);
      registry.child.kill();
      await registry.ended;
    }
    const name = `start with ${(modules * versions).toLocaleString("en")} releases`;
    return [
      { name, value: median(seconds), unit: "s", bar: { atMost: 2 }, details: [] },
      { name, value: median(megabytes), unit: "MB", bar: { atMost: 300 }, details: [] },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function residentKilobytes(pid = 0): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** Registers, publishes and announces all versions through the real storage. */
function fill(dataDir: string): void {
  const db = openDatabase(dataDir);
  // Nobody needs these rows after a power cut, and 30,000 syncs take longer than the measurement.
  db.pragma("synchronous = OFF");
  const store = createStore(db);
  for (let minor = 0; minor < versions; minor++) {
    const releases = Array.from({ length: modules }, (_, i) => plannedRelease(i, minor));
    const heads = new Map(
      releases.map(({ module }) => [module, store.head(module)?.id ?? null] as const),
    );
    const registeredAt = "2026-01-01T00:00:00.000Z";
    store.commit({ registeredAt, releases, heads, policyVersion: 0 });
    for (const { releaseId } of store.openPublications()) {
      const registry = "http://127.0.0.1:4873";
      store.notePublication(releaseId, { state: "published", integrity: "sha512-0", registry });
    }
    for (const { id } of store.outbox()) store.markSent(id);
  }
  db.close();
}

function plannedRelease(place: number, minor: number): PlannedRelease {
  const first = place * bindingsPerModule;
  const name = moduleOf(first);
  const content = `// ${name} 1.${minor}.0\n${"x".repeat(10_000)}`;
  return {
    module: `bench/${name}`,
    semver: `1.${minor}.0`,
    digest: digestOf(content),
    meaning: digestOf(content),
    files: [{ path: `bench/${name}/v1/service.proto`, content }],
    image: new TextEncoder().encode(content),
    bindingsFile: null,
    dependencies: [],
    imports: [],
    bindings: Array.from({ length: bindingsPerModule }, (_, i) => {
      const registered = syntheticBinding(first + i);
      const types = [registered.binding.messageType];
      return { ...registered, isNewVersion: minor === 0, types };
    }),
    numbers: [],
    claims: [{ kind: "package", value: `bench.${name}.v1` }],
    packageName: `@bench/${name}`,
    generator: "test",
  };
}
