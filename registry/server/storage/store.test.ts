import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Binding } from "../../core/binding/binding.ts";
import { limits } from "../../core/limits.ts";
import type { PlannedRelease, RegistrationPlan } from "../../core/registration/plan.ts";
import type { Store } from "../ports.ts";
import { dumpDatabase } from "../testing/dump.ts";
import { openDatabase } from "./open.ts";
import { createStore } from "./store.ts";

let dataDir: string;
let db: Database.Database;
let store: Store;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "charter-store-"));
  db = openDatabase(dataDir);
  store = createStore(db);
});
afterEach(() => {
  db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const migrations = join(import.meta.dirname, "migrations");
const forms = readdirSync(migrations);
const subject = (name: string) => `acme.${name}.noted.v1.{id}`;

function bindingOf(name: string): Binding {
  return {
    kind: "event",
    pattern: subject(name),
    parameters: [{ field: "id", index: 4, type: "string" }],
    messageType: `acme.${name}.v1.Noted`,
    owner: null,
    place: { file: `acme/${name}.proto`, line: 1 },
    stream: null,
    deadLetterSubject: null,
    compression: null,
    encryption: null,
  };
}

function releaseOf(name: string, change: Partial<PlannedRelease> = {}): PlannedRelease {
  const type = `acme.${name}.v1.Noted`;
  return {
    module: `acme/${name}`,
    semver: "1.0.0",
    digest: `sha256:${name}`,
    meaning: "sha256:meaning",
    files: [{ path: `acme/${name}.proto`, content: `// ${name}` }],
    bindingsFile: null,
    image: new TextEncoder().encode("image ".repeat(100)),
    numbers: [],
    dependencies: [],
    imports: [],
    bindings: [
      {
        binding: bindingOf(name),
        subjectVersion: 1,
        digest: "sha256:b1",
        isNewVersion: true,
        types: [type],
      },
    ],
    claims: [
      { kind: "file", value: `acme/${name}.proto` },
      { kind: "package", value: `acme.${name}.v1` },
      { kind: "subject", value: `acme.${name}.noted.v1.*` },
    ],
    packageName: `@acme/${name}`,
    generator: "test",
    ...change,
  };
}

function planOf(
  releases: readonly PlannedRelease[],
  heads: readonly (readonly [string, number | null])[] = [],
): RegistrationPlan {
  const asNew = releases.map((each) => [each.module, null] as const);
  return {
    registeredAt: "2026-01-01T00:00:00.000Z",
    releases,
    heads: new Map([...asNew, ...heads]),
    policyVersion: 0,
  };
}

const published = { state: "published", integrity: "sha512-a", registry: "http://npm/" } as const;

describe("openDatabase", () => {
  it("brings an empty file to the newest form, with what makes a commit durable", () => {
    expect(db.pragma("user_version", { simple: true })).toBe(forms.length);
    expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(db.pragma("synchronous", { simple: true })).toBe(2);
    expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
    expect(Object.keys(dumpDatabase(dataDir))).toContain("subject_version");
  });

  it("leaves a database in the newest form as it is", () => {
    store.commit(planOf([releaseOf("kept")]));
    const before = dumpDatabase(dataDir);
    db.close();
    db = openDatabase(dataDir);
    expect(dumpDatabase(dataDir)).toEqual(before);
  });

  it("gives bindings of the first form the policies that they did not have", () => {
    store.commit(planOf([releaseOf("orders")]));
    const added = "'$.compression', '$.encryption', '$.deadLetterSubject'";
    db.exec(`UPDATE binding SET binding = json_remove(binding, ${added})`);
    db.exec(readFileSync(join(migrations, "0002-binding-policies.sql"), "utf8"));
    const [registered] = store.headBindings();
    expect(registered?.binding).toEqual(bindingOf("orders"));
  });

  it("says of findings of before that nobody asked who uses what changed", () => {
    const finding = (rule: string, more = {}) => ({ rule, message: `"{}" [1, null]`, ...more });
    const report = (users: object) => ({
      id: "r",
      modules: [
        { module: "acme/a", findings: [finding("A", users), finding("B", users)] },
        { module: "acme/b", findings: [] },
      ],
      partial: null,
    });
    db.prepare("INSERT INTO report (id, created_at, report) VALUES ('r', '', ?)").run(
      JSON.stringify(report({})),
    );
    db.exec(readFileSync(join(migrations, "0008-report-users.sql"), "utf8"));
    expect(store.report("r")).toEqual(report({ users: null }));
  });

  it("refuses a database of a newer Charter, and leaves it alone", () => {
    db.pragma("user_version = 1000");
    db.close();
    expect(() => openDatabase(dataDir)).toThrow(
      new RegExp(`form 1000.*forms up to ${forms.length}; start a newer Charter`, "s"),
    );
    db = new Database(join(dataDir, "registry.sqlite"));
    expect(db.pragma("user_version", { simple: true })).toBe(1000);
  });
});

describe("commit", () => {
  it("writes all that a release is, and a publication and an announcement with it", () => {
    expect(store.commit(planOf([releaseOf("whole")]))).toBe("committed");
    const release = store.release("acme/whole", "1.0.0");
    expect(release).toMatchObject({
      digest: "sha256:whole",
      files: [{ path: "acme/whole.proto", content: "// whole" }],
      bindings: [{ binding: bindingOf("whole"), subjectVersion: 1 }],
      publication: { state: "pending", name: "@acme/whole", version: "1.0.0" },
    });
    expect(store.head("acme/whole")?.id).toBe(release?.id);
    expect(Buffer.from(store.image(release?.id ?? 0)).toString()).toBe("image ".repeat(100));
    expect(store.outbox().map((row) => row.event)).toEqual([
      { kind: "registered", module: "acme/whole", semver: "1.0.0", digest: "sha256:whole" },
    ]);
    expect(store.openPublications()).toHaveLength(1);
  });

  it("writes nothing of a plan of which one part cannot be written", () => {
    store.commit(planOf([releaseOf("first")]));
    const before = dumpDatabase(dataDir);
    const id = store.head("acme/first")?.id ?? 0;
    const again = releaseOf("first");
    const plan = planOf([releaseOf("second"), again], [["acme/first", id]]);
    expect(() => store.commit(plan)).toThrow(/UNIQUE/);
    expect(dumpDatabase(dataDir)).toEqual(before);
  });

  it.each([
    { what: "a new module is there already", heads: [] },
    { what: "head is another", heads: [["acme/moved", 77] as const] },
    { what: "a dependency's head is another", heads: [["acme/other", 5] as const] },
  ])("says that the baseline moved, and writes nothing, when $what", ({ heads }) => {
    store.commit(planOf([releaseOf("moved")]));
    const before = dumpDatabase(dataDir);
    const next = releaseOf("moved", { semver: "1.1.0" });
    expect(store.commit(planOf([next], heads))).toBe("baseline moved");
    expect(dumpDatabase(dataDir)).toEqual(before);
  });

  it("says that the baseline moved when another module has claimed a name meanwhile", () => {
    store.commit(planOf([releaseOf("owner")]));
    const before = dumpDatabase(dataDir);
    const thief = { ...releaseOf("thief"), claims: releaseOf("owner").claims };
    expect(store.commit(planOf([thief]))).toBe("baseline moved");
    expect(dumpDatabase(dataDir)).toEqual(before);
  });

  it("keeps claims for ever, when head does not hold the names any more", () => {
    const { claims } = releaseOf("owner");
    store.commit(planOf([releaseOf("owner")]));
    const id = store.head("acme/owner")?.id ?? 0;
    const without = releaseOf("owner", { semver: "2.0.0", files: [], bindings: [], claims: [] });
    expect(store.commit(planOf([without], [["acme/owner", id]]))).toBe("committed");
    const owners = store.owners([...claims, { kind: "file", value: "acme/free.proto" }]);
    expect([...owners.entries()]).toEqual([
      ["file acme/owner.proto", "acme/owner"],
      ["package acme.owner.v1", "acme/owner"],
      ["subject acme.owner.noted.v1.*", "acme/owner"],
    ]);
    expect(store.headFiles(["acme/owner.proto"])).toEqual(new Map());
  });
});

it("subjectVersions lists each version with the release that brought it, newest first", () => {
  const [binding] = releaseOf("voted").bindings;
  if (binding === undefined) throw new Error("the release has a binding");
  const push = (semver: string, version: number, isNewVersion: boolean) => {
    const bindings = [{ ...binding, subjectVersion: version, digest: `d${version}`, isNewVersion }];
    const head = store.head("acme/voted")?.id ?? null;
    store.commit(planOf([releaseOf("voted", { semver, bindings })], [["acme/voted", head]]));
  };
  expect(store.lastSubjectVersion(subject("voted"))).toBeNull();
  push("1.0.0", 1, true);
  push("1.0.1", 1, false);
  push("1.1.0", 2, true);
  expect(store.lastSubjectVersion(subject("voted"))).toEqual({ version: 2, digest: "d2" });
  const versions = store.subjectVersions(subject("voted"));
  expect(versions.map(({ version, semver }) => [version, semver])).toEqual([
    [2, "1.1.0"],
    [1, "1.0.0"],
  ]);
});

describe("heads", () => {
  it("know who imports a module, and which subjects reach a type, by heads alone", () => {
    store.commit(planOf([releaseOf("base")]));
    const imports = {
      dependencies: [{ module: "acme/base", semver: "1.0.0" }],
      imports: ["acme/base.proto"],
    };
    store.commit(planOf([releaseOf("user", imports)]));
    expect(store.dependents("acme/base")).toEqual(["acme/user"]);
    expect(store.importedByOthers("acme/base", ["acme/base.proto", "acme/x.proto"])).toEqual(
      new Set(["acme/base.proto"]),
    );
    expect(store.importedByOthers("acme/user", ["acme/base.proto"])).toEqual(new Set());
    expect(store.subjectsOf("acme.user.v1.Noted")).toEqual([
      { pattern: subject("user"), role: "event", module: "acme/user" },
    ]);

    const id = store.head("acme/user")?.id ?? 0;
    const next = releaseOf("user", { semver: "2.0.0", bindings: [] });
    store.commit(planOf([next], [["acme/user", id]]));
    expect(store.dependents("acme/base")).toEqual([]);
    expect(store.subjectsOf("acme.user.v1.Noted")).toEqual([]);
  });
});

describe("delivery", () => {
  it("announces a publication once, however often it is noted, and keeps it published", () => {
    store.commit(planOf([releaseOf("sent")]));
    for (const row of store.outbox()) store.markSent(row.id);
    const id = store.head("acme/sent")?.id ?? 0;
    store.notePublication(id, { state: "failed", error: "away" });
    expect(store.openPublications()).toMatchObject([{ state: "failed", error: "away" }]);
    store.notePublication(id, published);
    store.notePublication(id, published);
    store.notePublication(id, { state: "failed", error: "late" });
    expect(store.release("acme/sent", "1.0.0")?.publication).toMatchObject({
      state: "published",
      integrity: "sha512-a",
      registry: "http://npm/",
      error: null,
    });
    expect(store.openPublications()).toEqual([]);
    expect(store.outbox().map((row) => row.event)).toEqual([
      {
        kind: "published",
        module: "acme/sent",
        semver: "1.0.0",
        npmPackage: "@acme/sent",
        integrity: "sha512-a",
      },
    ]);
  });

  it("gives announcements oldest first, and never one that was sent", () => {
    store.commit(planOf([releaseOf("one"), releaseOf("two")]));
    const [first, second] = store.outbox();
    expect([first?.event.module, second?.event.module]).toEqual(["acme/one", "acme/two"]);
    store.markSent(first?.id ?? 0);
    expect(store.outbox()).toEqual([second]);
  });
});

it("saveReport keeps the newest reports and drops the oldest beyond the limit", () => {
  const reportOf = (i: number) => ({
    formatVersion: 1 as const,
    id: `report-${i}`,
    createdAt: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
    verdict: "accepted" as const,
    policyVersion: 0,
    partial: null,
    modules: [],
  });
  const insert = db.prepare("INSERT INTO report (id, created_at, report) VALUES (?, ?, ?)");
  db.transaction(() => {
    for (let i = 0; i < limits.reportsKept; i++) {
      const report = reportOf(i);
      insert.run(report.id, report.createdAt, JSON.stringify(report));
    }
  })();
  const newest = reportOf(limits.reportsKept);
  store.saveReport(newest);
  expect(store.report(newest.id)).toEqual(newest);
  expect(store.report("report-1")).toEqual(reportOf(1));
  expect(store.report("report-0")).toBeNull();
});
