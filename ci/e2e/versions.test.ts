import { join } from "node:path";
import { createGunzip } from "node:zlib";
import Database from "better-sqlite3";
import { maxSatisfying } from "semver";
import { extract } from "tar-stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createStubProject } from "../../codegen/testing/stub-project.ts";
import { readWorkspace } from "../../registry/cli/workspace/workspace.ts";
import { defaultPolicy } from "../../registry/core/policy/policy.ts";
import type { ProposedModule } from "../../registry/server/jobs/proposal.ts";
import { packStub } from "../../registry/server/npm/pack-stub.ts";
import { createStubBuilder } from "../../registry/server/npm/stub-builder.ts";
import type { Store } from "../../registry/server/ports.ts";
import {
  startTestRegistry,
  type TestRegistry,
} from "../../registry/server/testing/test-registry.ts";

/** The versions that the first customer's estate gets, and what `^` gives its consumers. */

const root = join(import.meta.dirname, "../..");
const common = "bodybroker/common";
let registry: TestRegistry;
let store: Store;
let estate: readonly ProposedModule[];
let pages: string;

beforeAll(async () => {
  registry = await startTestRegistry({
    intercept: (edges) => {
      store = edges.store;
      return edges;
    },
  });
  await setPolicy(["wire", "json", "source", "binding", "behaviour", "version"]);
  const { proposal } = await readWorkspace(root, undefined, undefined);
  estate = proposal.modules.filter((each) => each.name.startsWith("bodybroker/"));
  pages = fileOf(common, "bodybroker/common/v1/page.proto");
});
afterAll(() => registry.stop());

async function setPolicy(block: (typeof defaultPolicy.rules)[number]["block"]) {
  const policy = {
    ...defaultPolicy,
    subjects: { ...defaultPolicy.subjects, bodybroker: { roots: ["ai"] } },
    rules: [{ modules: "*", block }],
  };
  const { version } = await registry.client.policy();
  await registry.client.setPolicy({ policy, reason: "test", expectedVersion: version });
}

function fileOf(module: string, path: string): string {
  const files = estate.find((each) => each.name === module)?.files ?? [];
  const content = files.find((file) => file.path === path)?.content;
  if (content === undefined) throw new Error(`${module} has no ${path}`);
  return content;
}

/** The estate with one file of a module changed; the rest is sent along, as a push does. */
function withFile(module: string, path: string, content: string): readonly ProposedModule[] {
  expect(content).not.toBe(fileOf(module, path));
  return estate.map((each) =>
    each.name === module
      ? {
          ...each,
          files: each.files.map((file) => (file.path === path ? { path, content } : file)),
        }
      : each,
  );
}

/** `common 1.1.0` for each head that is not at the given version. */
function headsBut(semver: string): string[] {
  return store
    .heads()
    .filter((head) => head.semver !== semver)
    .map((head) => `${head.module.replace("bodybroker/", "")} ${head.semver}`);
}

const consumer = `
import { create } from "@bufbuild/protobuf";
import { PlanRequestSchema, NpcBehaviorServiceContract } from "@bodybroker/npc/v1";
import { PageInfoSchema, type PageInfo } from "@bodybroker/common/v1";
import { StateService } from "@bodybroker/state/v1";

const info: PageInfo = create(PageInfoSchema, { nextCursor: "a", total: 3n });
const request = create(PlanRequestSchema, { npcId: "npc-7", meta: { requestId: "r-1" } });
console.log(info.total, request.meta?.requestId, NpcBehaviorServiceContract, StateService);
`;

/** Compiles the consumer against what npm would install for `^1.0.0` of these modules. */
async function compileConsumer(): Promise<string[]> {
  const builder = createStubBuilder(store, packStub);
  const packages = new Map<string, ReadonlyMap<string, Uint8Array>>();
  const chosen: string[] = [];
  const install = async (module: string, range: string): Promise<void> => {
    const semver = maxSatisfying(
      store.releases(module).map((release) => release.semver),
      range,
    );
    const release = semver === null ? null : store.release(module, semver);
    if (release === null) throw new Error(`no release of ${module} fits ${range}`);
    if (packages.has(`@${module}`)) return;
    const { tarball } = await builder.build(release, store.image(release.id));
    packages.set(`@${module}`, await unpack(tarball));
    chosen.push(`${module.replace("bodybroker/", "")} ${semver}`);
    for (const each of release.dependencies) await install(each.module, `^${each.semver}`);
  };
  for (const name of ["npc", "common", "state"]) await install(`bodybroker/${name}`, "^1.0.0");
  const project = createStubProject(packages, [
    "@charter-nats",
    "@bufbuild",
    "@nats-io",
    "nats",
    "@types",
  ]);
  try {
    project.write("consumer.mts", consumer);
    project.compile();
  } finally {
    project.remove();
  }
  return chosen.filter((each) => /^(?:npc|common|state) /.test(each)).sort();
}

async function unpack(tarball: Uint8Array): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const unzip = createGunzip();
  unzip.end(tarball);
  for await (const entry of unzip.pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name.replace(/^package\//, ""), Buffer.concat(chunks));
  }
  return files;
}

it("a first push gives every module 1.0.0", async () => {
  await registry.push(...estate);
  expect(store.heads()).toHaveLength(estate.length);
  expect(estate.length).toBeGreaterThan(22);
  expect(headsBut("1.0.0")).toEqual([]);
});

it("a compatible change of common is a minor of common, and releases none of its dependents", async () => {
  expect(store.dependents(common).length).toBeGreaterThanOrEqual(22);
  const more = pages.replace("  optional uint64 total = 2;", "$&\n  // Another.\n  bool last = 3;");
  await registry.push(...withFile(common, "bodybroker/common/v1/page.proto", more));
  expect(headsBut("1.0.0")).toEqual(["common 1.1.0"]);
  expect(await compileConsumer()).toEqual(["common 1.1.0", "npc 1.0.0", "state 1.0.0"]);
});

it("taking it back is refused, as somebody may use it; let through, it is a major of the first digest", async () => {
  expect((await registry.refusal(...estate)).code).toBe("BREAKING_CHANGE");
  await setPolicy([]);
  await registry.push(...estate);
  expect(headsBut("1.0.0")).toEqual(["common 2.0.0"]);
  expect(store.head(common)?.digest).toBe(store.release(common, "1.0.0")?.digest);
});

it("an incompatible change that the policy lets through is a major, and ^1 stays on the old one", async () => {
  const text = pages.replace("optional uint64 total = 2;", "optional string total = 2;");
  await registry.push(...withFile(common, "bodybroker/common/v1/page.proto", text));
  expect(headsBut("1.0.0")).toEqual(["common 3.0.0"]);
  expect(await compileConsumer()).toEqual(["common 1.1.0", "npc 1.0.0", "state 1.0.0"]);
});

it("a dependent that is linked with the new major has a major too, though only a comment changed", async () => {
  const path = "bodybroker/npc/v1/npc.proto";
  const commented = `${fileOf("bodybroker/npc", path)}// The end.\n`;
  const [npc] = withFile("bodybroker/npc", path, commented).filter(
    (each) => each.name === "bodybroker/npc",
  );
  if (npc === undefined) throw new Error("the estate has no npc");
  await registry.push(npc);
  expect(headsBut("1.0.0")).toEqual(["common 3.0.0", "npc 2.0.0"]);
  expect(store.release("bodybroker/npc", "2.0.0")?.dependencies).toContainEqual({
    module: common,
    semver: "3.0.0",
  });
});

it("another generator is a patch of every module, and what ^1 gives compiles", async () => {
  await registry.halt();
  const db = new Database(join(registry.dataDir, "registry.sqlite"));
  db.exec("UPDATE release SET generator = 'older'");
  db.close();
  await registry.restart();
  await registry.client.upgradeStubs();
  expect(headsBut("1.0.1")).toEqual(["common 3.0.1", "npc 2.0.1"]);
  expect(await compileConsumer()).toEqual(["common 1.1.0", "npc 1.0.0", "state 1.0.1"]);
});
