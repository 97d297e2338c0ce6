import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeployedUse } from "../../core/deployment/deployment.ts";
import { limits } from "../../core/limits.ts";
import type { DeploymentStore } from "../ports.ts";
import { prepareDeployments } from "./deployments.ts";
import { openDatabase } from "./open.ts";

let dataDir: string;
let db: Database.Database;
let store: DeploymentStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "charter-deployments-"));
  db = openDatabase(dataDir);
  store = prepareDeployments(db);
});
afterEach(() => {
  db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

function use(change: Partial<DeployedUse> = {}): DeployedUse {
  return {
    environment: "prod",
    participant: "npc",
    build: "7",
    role: "serves",
    module: "acme/npc",
    protoPackage: "acme.npc.v1",
    subject: null,
    semver: "1.0.0",
    digest: "sha256:1",
    source: "recorded",
    evidence: "real",
    instances: 1,
    ...change,
  };
}

const seen = (change: Partial<DeployedUse> = {}) => use({ source: "observed", ...change });

function record(
  uses: readonly DeployedUse[],
  options: { replace?: boolean; minute?: number } = {},
) {
  const { environment, participant, build } = uses[0] ?? use();
  const { replace = true, minute = 0 } = options;
  const record = { environment, participant, build: build ?? "", uses, replace, at: at(minute) };
  return store.recordDeployment(record);
}

function observe(uses: readonly DeployedUse[], minute: number, rounds = 3, ms = 300_000) {
  const roles = ["serves"] as const;
  const forgetAfter = { rounds, ms };
  return store.observe({ environment: "prod", roles, uses, at: at(minute), forgetAfter });
}

function release(module: string, semver: string, linkedWith: readonly string[] = []): void {
  const id = db
    .prepare(
      "INSERT INTO release (module, semver, digest, meaning, registered_at) VALUES (?, ?, ?, '', '')",
    )
    .run(module, semver, `sha256:${semver}`).lastInsertRowid;
  for (const each of linkedWith) {
    const [name, version] = each.split("@");
    db.prepare("INSERT INTO release_dependency VALUES (?, ?, ?)").run(id, name, version);
  }
}

const builds = () => store.deployments(null).map((each) => `${each.participant}@${each.build}`);

describe("recordDeployment", () => {
  it("ends earlier builds of the participant there, says which, and leaves the others", () => {
    record([use({ build: "1" })]);
    record([use({ participant: "other", build: "1" })]);
    record([use({ environment: "staging", build: "1" })]);
    expect(record([use({ build: "2" })])).toEqual({ ended: ["1"] });
    expect(builds()).toEqual(["npc@2", "other@1", "npc@1"]);
  });

  it("keeps other builds when it is told to, and adds to what the build uses already", () => {
    record([use({ build: "1" })]);
    expect(record([use({ build: "2" })], { replace: false })).toEqual({ ended: [] });
    record([
      use({ build: "2", module: "acme/other", protoPackage: "acme.other.v1", role: "calls" }),
    ]);
    expect(builds()).toEqual(["npc@2", "npc@2"]);
  });

  it("stands there once however often it is sent, with the last time", () => {
    record([use()], { minute: 1 });
    record([use()], { minute: 2 });
    expect(store.deployments("prod")).toEqual([
      { ...use(), firstSeen: at(1), lastSeen: at(2), missedSince: null },
    ]);
  });

  it("does not end what was observed", () => {
    observe([seen({ build: "1" })], 0);
    record([use({ build: "2" })]);
    expect(builds()).toEqual(["npc@1", "npc@2"]);
  });
});

describe("observe", () => {
  it("forgets only what enough rounds have missed over enough time", () => {
    observe([seen()], 0);
    for (const minute of [1, 2, 3, 4, 5]) observe([], minute);
    expect(store.deployments("prod")).toMatchObject([{ lastSeen: at(0), missedSince: at(1) }]);
    observe([], 6);
    expect(store.deployments("prod")).toEqual([]);
  });

  it("forgets at once what is of no package, which is seen otherwise once it is bound", () => {
    observe([seen({ protoPackage: null })], 0);
    observe([seen()], 1);
    expect(store.deployments("prod")).toMatchObject([{ protoPackage: "acme.npc.v1" }]);
  });

  it("does not forget after a long pause between two rounds", () => {
    observe([seen()], 0);
    observe([], 60);
    observe([], 120);
    expect(builds()).toEqual(["npc@7"]);
    observe([], 180);
    expect(builds()).toEqual([]);
  });

  it("starts to count again when it sees the participant, and keeps when it was first seen", () => {
    observe([seen()], 0, 2, 0);
    observe([], 1, 2, 0);
    observe([seen({ instances: 4 })], 2, 2, 0);
    expect(store.deployments("prod")).toMatchObject([
      { firstSeen: at(0), lastSeen: at(2), missedSince: null, instances: 4 },
    ]);
    observe([], 3, 2, 0);
    expect(builds()).toHaveLength(1);
  });

  it("tells nothing of other roles, other environments and what was recorded", () => {
    record([use({ participant: "told" })]);
    const round = { uses: [], at: at(9), forgetAfter: { rounds: 1, ms: 0 } };
    observe([seen()], 0);
    store.observe({ ...round, environment: "prod", roles: ["subscribes"] });
    store.observe({ ...round, environment: "staging", roles: ["serves"] });
    expect(builds()).toEqual(["npc@7", "told@7"]);
  });

  it("keeps two releases of one build apart: a rolling update has both", () => {
    observe([seen(), seen({ semver: "1.1.0", digest: "sha256:2" })], 0);
    expect(store.deployments("prod").map(({ semver }) => semver)).toEqual(["1.0.0", "1.1.0"]);
  });

  it("holds so many uses of an environment, says how many it refused, and updates the rest", () => {
    const full = Array.from({ length: limits.observedUsesPerEnvironment }, (_, i) =>
      seen({ participant: `p${i}` }),
    );
    expect(observe(full, 0)).toEqual({ refused: 0 });
    expect(observe([seen({ participant: "late" }), ...full], 1)).toEqual({ refused: 1 });
    const kept = store.deployments("prod");
    expect(kept).toHaveLength(full.length);
    expect(new Set(kept.map(({ lastSeen }) => lastSeen))).toEqual(new Set([at(1)]));
  });
});

describe("endDeployment", () => {
  it("ends one build or all of a participant, recorded or observed, and once only", () => {
    record([use({ build: "1" }), use({ build: "1", role: "calls" })]);
    record([use({ build: "2" })], { replace: false });
    observe([seen({ build: "3" })], 0);
    const npc = { environment: "prod", participant: "npc" };
    expect(store.endDeployment({ ...npc, build: "1" })).toBe(2);
    expect(store.endDeployment({ ...npc, build: "1" })).toBe(0);
    expect(store.endDeployment({ ...npc, build: null })).toBe(2);
    expect(builds()).toEqual([]);
  });
});

describe("deployed", () => {
  beforeEach(() => {
    release("acme/common", "1.0.0");
    release("acme/npc", "1.0.0", ["acme/common@1.0.0"]);
    release("acme/npc", "1.1.0", ["acme/common@1.0.0"]);
  });

  it("gives each release that somebody runs, with its registered digest, newest first", () => {
    record([use({ digest: "sha256:other" })], { minute: 1 });
    observe([seen({ semver: "1.1.0" }), seen({ semver: "1.1.0", subject: "a.b" })], 2);
    const common = { environment: "prod", participant: "npc" };
    expect(store.deployed("acme/npc")).toEqual([
      { ...common, semver: "1.1.0", digest: "sha256:1.1.0", source: "observed", lastSeen: at(2) },
      { ...common, semver: "1.0.0", digest: "sha256:1.0.0", source: "recorded", lastSeen: at(1) },
    ]);
  });

  it("counts what a release was linked with, which its messages carry", () => {
    record([use()]);
    expect(store.deployed("acme/common")).toMatchObject([{ semver: "1.0.0", participant: "npc" }]);
  });

  it.each([
    ["a mock", { evidence: "mock" as const }],
    ["a reference service", { evidence: "reference" as const }],
    ["a release that is not registered", { semver: "9.9.9" }],
    ["a participant that tells no release", { semver: null, digest: null }],
  ])("leaves out %s", (_, change) => {
    observe([seen(change)], 0);
    expect(store.deployed("acme/npc")).toEqual([]);
  });
});

describe("usersOf", () => {
  it("names who uses the package, once for each role and release, also with an unknown release", () => {
    observe(
      [seen({ subject: "a" }), seen({ subject: "b" }), seen({ participant: "old", semver: null })],
      1,
    );
    record([
      use({ participant: "web", role: "calls" }),
      use({ participant: "web", protoPackage: "acme.npc.v2" }),
    ]);
    const prod = { environment: "prod", semver: "1.0.0" };
    expect(store.usersOf("acme.npc.v1")).toEqual([
      { ...prod, participant: "npc", role: "serves", source: "observed", lastSeen: at(1) },
      {
        ...prod,
        participant: "old",
        role: "serves",
        source: "observed",
        lastSeen: at(1),
        semver: null,
      },
      { ...prod, participant: "web", role: "calls", source: "recorded", lastSeen: at(0) },
    ]);
  });

  it("leaves stand-ins and other packages out", () => {
    observe([seen({ evidence: "mock" }), seen({ protoPackage: "acme.npc.v10" })], 0);
    expect(store.usersOf("acme.npc.v1")).toEqual([]);
  });
});

describe("protoPackages", () => {
  it("gives the packages that a module has claimed", () => {
    const claim = db.prepare("INSERT INTO claim (kind, value, module) VALUES (?, ?, ?)");
    claim.run("package", "acme.npc.v2", "acme/npc");
    claim.run("package", "acme.npc.v1", "acme/npc");
    claim.run("package", "acme.other.v1", "acme/other");
    claim.run("file", "acme/npc/v1/npc.proto", "acme/npc");
    expect(store.protoPackages("acme/npc")).toEqual(["acme.npc.v1", "acme.npc.v2"]);
  });
});
