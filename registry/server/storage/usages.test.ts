import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../core/limits.ts";
import { subjectUse } from "../../core/testing/usage.ts";
import { row } from "../../core/testing/verification.ts";
import type { SubjectUse } from "../../core/usage/usage.ts";
import type { Store } from "../ports.ts";
import { openDatabase } from "./open.ts";
import { createStore } from "./store.ts";

let dataDir: string;
let db: Database.Database;
let store: Store;

function open(): void {
  db = openDatabase(dataDir);
  store = createStore(db);
}
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "charter-usages-"));
  open();
});
afterEach(() => {
  db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const day = (number: number) => `2026-11-${String(number).padStart(2, "0")}T00:00:00.000Z`;

/** @param who `web@1` */
function record(who: string, at: string, uses: readonly SubjectUse[] = [subjectUse()]): void {
  const [participant = "", build = ""] = who.split("@");
  store.recordUsage({ participant, build, uses, at });
}

const kept = (filter = {}) =>
  store
    .usages(filter, 100)
    .map(({ participant, build, subject }) => `${participant}@${build} ${subject}`);

const sold = subjectUse({ subject: "acme.shop.sold.v1.{id}", kind: "event", sends: null });

describe("recordUsage", () => {
  it("keeps what it was given, over a restart", () => {
    record("web@1", day(1), [subjectUse(), sold]);
    db.close();
    open();
    const told = { participant: "web", build: "1", recordedAt: day(1) };
    expect(store.usages({}, 100)).toEqual([
      { ...told, ...subjectUse() },
      { ...told, ...sold },
    ]);
  });

  it("replaces what was kept of the build, and of no other", () => {
    record("web@1", day(1), [subjectUse(), sold]);
    record("web@2", day(2));
    record("app@1", day(3));
    record("web@1", day(4), [sold]);
    expect(kept()).toEqual([
      "web@1 acme.shop.sold.v1.{id}",
      "app@1 acme.shop.buy.v1",
      "web@2 acme.shop.buy.v1",
    ]);
  });

  it("leaves what was kept where one use cannot be written", () => {
    record("web@1", day(1));
    const broken = subjectUse({ subject: "a", kind: "hearsay" as "event" });
    expect(() => record("web@1", day(2), [sold, broken])).toThrow("CHECK");
    expect(kept()).toEqual(["web@1 acme.shop.buy.v1"]);
  });

  it("prunes the oldest builds whole, and none that runs somewhere", () => {
    const built = ["recorded@1", "recorded@2", "seen@0", "seen@1", "gone@1", "young@1"];
    for (const [i, who] of built.entries()) {
      record(who, day(i + 1), [subjectUse(), sold]);
    }
    const use = { environment: "prod", role: "calls", module: "acme/shop" } as const;
    const rest = { protoPackage: "acme.shop.v1", subject: null, semver: "1.0.0", digest: null };
    const running = { ...use, ...rest, build: "1", evidence: "real", instances: 1 } as const;
    const at = day(9);
    store.recordDeployment({
      ...{ environment: "prod", participant: "recorded", build: "1", replace: true, at },
      uses: [{ ...running, participant: "recorded", source: "recorded" }],
    });
    store.observe({
      ...{ environment: "prod", roles: ["calls"], at, forgetAfter: { rounds: 1, ms: 1 } },
      uses: [{ ...running, build: "2", participant: "seen", source: "observed" }],
    });
    const rows = "participant, module, semver, kind, reads, sends";
    db.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO usage (build, subject, recorded_at, ${rows})
       SELECT 'b' || i, subject, '${day(8)}', ${rows} FROM n
       JOIN usage ON participant = 'young' AND subject = 'acme.shop.buy.v1'`,
    ).run(limits.usesKept - 3);
    record("new@1", day(9), [subjectUse(), sold]);
    // What runs, and the newest where a build runs that nothing is kept of.
    for (const build of ["1", "2"]) {
      expect(kept({ participant: "recorded", build })).toHaveLength(2);
    }
    expect(kept({ participant: "seen", build: "0" })).toEqual([]);
    expect(kept({ participant: "seen", build: "1" })).toHaveLength(2);
    expect(kept({ participant: "gone" })).toEqual([]);
    // One of its subjects is among the newest, so both stay.
    expect(kept({ participant: "young", build: "1" })).toHaveLength(2);
  });
});

describe("forgetUsage", () => {
  it.each([
    ["web", null, ["app@1 acme.shop.buy.v1"], 3],
    ["web", "1", ["app@1 acme.shop.buy.v1", "web@2 acme.shop.buy.v1"], 2],
    ["none", null, [], 0],
  ])("forgets of %s the build %s", (participant, build, left, count) => {
    record("web@1", day(1), [subjectUse(), sold]);
    record("web@2", day(2));
    record("app@1", day(3));
    expect(store.forgetUsage({ participant, build })).toBe(count);
    if (count > 0) expect(kept()).toEqual(left);
    else expect(kept()).toHaveLength(4);
  });
});

describe("usages", () => {
  it.each([
    [{}, 4],
    [{ participant: "web" }, 3],
    [{ participant: "web", build: "2" }, 1],
    [{ participant: "web", module: "acme/pay" }, 1],
    [{ module: "acme/shop" }, 3],
    [{ module: "acme/shop", build: "2" }, 1],
    [{ build: "1" }, 3],
    [{ participant: "none" }, 0],
  ])("finds by %j", (filter, count) => {
    record("web@1", day(1), [subjectUse(), subjectUse({ module: "acme/pay" })]);
    record("web@2", day(2));
    record("app@1", day(3));
    expect(store.usages(filter, 100)).toHaveLength(count);
    expect(store.usages(filter, 1)).toHaveLength(Math.min(count, 1));
  });

  it.each([
    ["participant = 'a' AND build = coalesce(NULL, build)", "SEARCH usage USING PRIMARY KEY"],
    ["module = 'a'", "usage_by_module"],
  ])("finds where %s without a pass over all", (where, plan) => {
    const rows = db.prepare(`EXPLAIN QUERY PLAN SELECT * FROM usage WHERE ${where}`).all();
    expect(JSON.stringify(rows)).toContain(plan);
  });
});

it("a database of the form before keeps what it has, and takes uses", () => {
  store.recordRun({ runId: "run1", content: "c", at: day(1), rows: [row()] });
  db.exec("DROP TABLE usage");
  db.pragma("user_version = 6");
  db.close();
  open();
  record("web@1", day(1));
  expect(kept()).toHaveLength(1);
  expect(store.verifications({}, 10)).toEqual([row()]);
});
