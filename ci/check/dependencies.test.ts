import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Breach, findBreaches, readRules } from "./dependencies.ts";

/** One file for each breach, in a clone that keeps every rule otherwise. */
const breaches: { rule: string; file: string; imports: string }[] = [
  { rule: "core-is-pure", file: "registry/core/a.ts", imports: 'import "node:fs";' },
  {
    rule: "core-is-pure",
    file: "registry/core/b.ts",
    imports: 'import { a } from "../api/ok.ts";',
  },
  { rule: "core-is-pure", file: "registry/core/c.ts", imports: 'import "pino";' },
  {
    rule: "core-is-pure",
    file: "registry/core/d.ts",
    imports: 'import type { A } from "../api/ok.ts";',
  },
  { rule: "core-is-pure", file: "registry/core/e.ts", imports: 'export * from "../api/ok.ts";' },
  { rule: "core-is-pure", file: "registry/core/f.ts", imports: 'await import("../api/ok.ts");' },
  {
    rule: "api-knows-only-core",
    file: "registry/api/a.ts",
    imports: 'import "../server/ports.ts";',
  },
  { rule: "cli-stays-thin", file: "registry/cli/a.ts", imports: 'import "../server/ports.ts";' },
  {
    rule: "cli-stays-thin",
    file: "registry/cli/b.ts",
    imports: 'import "../../codegen/generator/ok.ts";',
  },
  {
    rule: "offline-runs-the-job",
    file: "registry/cli/offline/a.ts",
    imports: 'import "../../server/config.ts";',
  },
  {
    rule: "buf-knows-only-core",
    file: "registry/buf/a.ts",
    imports: 'import "../server/ports.ts";',
  },
  {
    rule: "contract-tests-know-contracts",
    file: "contract-tests/a.ts",
    imports: 'import "../registry/server/ports.ts";',
  },
  {
    rule: "generator-knows-only-core",
    file: "codegen/generator/a.ts",
    imports: 'import "../../registry/api/ok.ts";',
  },
  {
    rule: "generator-knows-only-core",
    file: "codegen/generator/b.ts",
    imports: 'import "node:fs/promises";',
  },
  {
    rule: "runtime-stands-alone",
    file: "codegen/runtime/src/a.ts",
    imports: 'import type { A } from "../../../registry/core/ok.ts";',
  },
  {
    rule: "runtime-by-its-name",
    file: "registry/server/nats/c.ts",
    imports: 'import "../../../codegen/runtime/src/ok.ts";',
  },
  {
    rule: "server-serves",
    file: "registry/server/http/a.ts",
    imports: 'import "../../cli/ok.ts";',
  },
  {
    rule: "jobs-see-ports",
    file: "registry/server/jobs/a.ts",
    imports: 'import "../storage/ok.ts";',
  },
  { rule: "jobs-see-ports", file: "registry/server/jobs/b.ts", imports: 'import "node:fs";' },
  {
    rule: "jobs-see-ports",
    file: "registry/server/jobs/c.ts",
    imports: 'import "../../buf/ok.ts";',
  },
  {
    rule: "edges-do-not-meet",
    file: "registry/server/http/b.ts",
    imports: 'import type { A } from "../storage/ok.ts";',
  },
  {
    rule: "driven-edges-do-not-call-jobs",
    file: "registry/server/npm/a.ts",
    imports: 'import "../jobs/ok.ts";',
  },
  {
    rule: "only-main-knows-all",
    file: "registry/server/nats/a.ts",
    imports: 'import "../wire.ts";',
  },
  {
    rule: "api-of-the-generator",
    file: "registry/server/http/c.ts",
    imports: 'import "../../../codegen/generator/ok.ts";',
  },
  {
    rule: "sqlite-only-in-storage",
    file: "registry/server/npm/b.ts",
    imports: 'import Database from "better-sqlite3";',
  },
  { rule: "fastify-only-in-http", file: "registry/server/nats/b.ts", imports: 'import "fastify";' },
  {
    rule: "publishing-only-in-npm",
    file: "registry/server/nats/d.ts",
    imports: 'import "libnpmpublish";',
  },
  {
    rule: "processes-are-few",
    file: "registry/server/http/d.ts",
    imports: 'import { exec } from "node:child_process";',
  },
  { rule: "no-cycles", file: "registry/core/cycle/a.ts", imports: 'import "./b.ts";' },
  { rule: "no-orphans", file: "registry/core/orphan.ts", imports: "" },
  { rule: "tests-stay-outside", file: "registry/core/g.ts", imports: 'import "./testing/ok.ts";' },
  {
    rule: "declared-dependencies-only",
    file: "registry/server/http/e.ts",
    imports: 'import "verdaccio";',
  },
  { rule: "imports-resolve", file: "registry/server/http/f.ts", imports: 'import "./gone.ts";' },
  {
    rule: "no-development-packages-in-production",
    file: "registry/server/http/g.ts",
    imports: 'import "vitest";',
  },
];

/** What the breaches import, and imports that are right. */
const clean: Record<string, string> = {
  "package.json": JSON.stringify({
    dependencies: {
      pino: "*",
      fastify: "*",
      "better-sqlite3": "*",
      libnpmpublish: "*",
      semver: "*",
    },
    devDependencies: { vitest: "*", "@types/semver": "*" },
  }),
  "registry/core/ok.ts": 'import { gt } from "semver";',
  "registry/core/ok.test.ts":
    'import { it } from "vitest"; import "./ok.ts"; import "../server/ports.ts";',
  "registry/core/testing/ok.ts": 'import "node:fs";',
  "registry/core/cycle/b.ts": 'import "./a.ts";',
  "registry/api/ok.ts": 'import "../core/ok.ts";',
  "registry/cli/ok.ts":
    'import "../api/ok.ts"; import "node:child_process"; import "../buf/ok.ts";',
  "registry/cli/offline/ok.ts": 'import "../../server/jobs/ok.ts"; import "../../server/ports.ts";',
  "registry/server/main.ts":
    'import "./http/ok.ts"; import "./storage/ok.ts"; import "./config.ts"; import "./wire.ts";',
  "registry/server/wire.ts": 'import "./nats/ok.ts"; import "../buf/ok.ts";',
  "registry/server/nats/ok.ts": 'import type { A } from "../config.ts";',
  "registry/server/config.ts": 'import "node:path";',
  "registry/server/ports.ts":
    'import type { A } from "../core/ok.ts"; import type { B } from "../buf/ok.ts";',
  "registry/server/jobs/ok.ts": 'import type { A } from "../ports.ts";',
  "registry/server/storage/ok.ts": 'import "better-sqlite3"; import "../ports.ts";',
  "registry/server/http/ok.ts": 'import "fastify"; import "../jobs/ok.ts";',
  "registry/server/npm/ok.ts": 'import "libnpmpublish"; import "../../../codegen/generator/ok.ts";',
  "registry/buf/ok.ts": 'import "../core/ok.ts"; import "node:child_process";',
  "codegen/generator/ok.ts": 'import "../../registry/core/ok.ts";',
  "codegen/runtime/src/ok.ts": 'import "node:events";',
  "contract-tests/main.ts": 'import "../registry/core/ok.ts"; import "../registry/api/ok.ts";',
  "ci/main.ts": 'import "../registry/server/npm/ok.ts"; import "../codegen/runtime/src/ok.ts";',
};

let folder: string;
let found: Breach[];

async function write(path: string, content: string) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-rules-"));
  await symlink(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  for (const [path, content] of Object.entries(clean)) await write(path, content);
  for (const { file, imports } of breaches) await write(file, imports);
  // Nothing here is an orphan only because its breach is its one import.
  const planted = breaches.filter(({ rule }) => rule !== "no-orphans");
  const importsOfAll = planted.map(({ file }) => `import "../${file}";`).join("\n");
  await write("ci/all.test.ts", importsOfAll);
  found = await findBreaches(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(breaches)("$rule catches $file: $imports", ({ rule, file }) => {
  expect(found.map((breach) => ({ rule: breach.rule, from: breach.from }))).toContainEqual({
    rule,
    from: file,
  });
});

it("findBreaches finds nothing in files that keep the rules", () => {
  const planted = new Set(breaches.map(({ file }) => file));
  const partner = "registry/core/cycle/b.ts";
  expect(found.filter(({ from }) => !planted.has(from) && from !== partner)).toEqual([]);
});

it("every rule has a reason in words and a planted breach", async () => {
  const planted = new Set(breaches.map(({ rule }) => rule));
  const rules = await readRules();
  expect(rules.length).toBeGreaterThan(0);
  for (const { name, reason } of rules) {
    expect(planted).toContain(name);
    expect(reason.split(" ").length).toBeGreaterThan(5);
  }
});
