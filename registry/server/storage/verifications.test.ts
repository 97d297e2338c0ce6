import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../core/limits.ts";
import { row } from "../../core/testing/verification.ts";
import type { Verification } from "../../core/verification/verification.ts";
import type { Store } from "../ports.ts";
import { openDatabase } from "./open.ts";
import { createStore } from "./store.ts";

let dataDir: string;
let db: Database.Database;
let store: Store;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "charter-verifications-"));
  db = openDatabase(dataDir);
  store = createStore(db);
});
afterEach(() => {
  db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function record(runId: string, rows: readonly Verification[], content = runId) {
  const own = rows.map((each) => ({ ...each, runId }));
  return store.recordRun({ runId, content, at: "2026-11-20T00:00:00.000Z", rows: own });
}

const runs = () => store.verifications({}, 100).map((each) => each.runId);
const day = (number: number) => `2026-11-${String(number).padStart(2, "0")}T00:00:00.000Z`;

const columns = [
  ...["participant", "build", "environment", "subject", "digest", "evidence", "kind", "module"],
  ...["semver", "verdict", "laws", "untried", "seed", "run_id", "tested_at", "runner", "law_set"],
];

describe("recordRun", () => {
  it("keeps what it was given", () => {
    expect(record("a", [row({ untried: ["R3"] })])).toBe("recorded");
    expect(store.verifications({}, 100)).toEqual([row({ runId: "a", untried: ["R3"] })]);
  });

  it("writes and announces a run once, and tells one with other content", () => {
    record("a", [row()]);
    expect(record("a", [row()])).toBe("repeated");
    expect(record("a", [row({ build: "8" })], "other")).toBe("other content");
    expect(runs()).toEqual(["a"]);
    expect(store.outbox()).toHaveLength(1);
  });

  it("lets what was tested last stand, whatever comes last", () => {
    record("b", [row({ testedAt: day(2) })]);
    record("a", [row({ testedAt: day(1) })]);
    expect(runs()).toEqual(["b"]);
    record("c", [row({ testedAt: day(3) })]);
    expect(runs()).toEqual(["c"]);
  });

  it.each<[string, Partial<Verification>]>([
    ["participant", { participant: "other" }],
    ["build", { build: "8" }],
    ["environment", { environment: "ci" }],
    ["subject", { subject: "acme.shop.give.v1" }],
    ["contract", { digest: "sha256:2" }],
    ["kind of evidence", { evidence: "mock" }],
  ])("keeps a row of its own for each %s", (_, change) => {
    record("a", [row()]);
    record("b", [row(change)]);
    expect(runs().toSorted()).toEqual(["a", "b"]);
  });

  it("announces each build with the gravest verdict of its subjects", () => {
    const failing = row({ verdict: "fail", subject: "acme.shop.give.v1" });
    record("a", [row(), failing, row({ participant: "other" })]);
    expect(store.outbox().map(({ event }) => event)).toMatchObject([
      { kind: "verified", participant: "shop", verdict: "fail", subjects: 2, evidence: "real" },
      { kind: "verified", participant: "other", verdict: "pass", subjects: 1, runId: "a" },
    ]);
  });

  it("writes nothing of a run of which a row cannot be written", () => {
    const broken = row({ build: "8", evidence: "hearsay" as "mock" });
    expect(() => record("a", [row(), broken])).toThrow("CHECK");
    expect(runs()).toEqual([]);
    expect(store.outbox()).toEqual([]);
    expect(record("a", [row()])).toBe("recorded");
  });

  it("keeps the newest rows", () => {
    const most = limits.verificationsKept;
    record("old", [row({ build: "first", testedAt: day(1) }), row({ testedAt: day(2) })]);
    const rest = columns.filter((each) => each !== "build").join(", ");
    db.exec(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${most - 2})
       INSERT INTO verification (build, ${rest})
       SELECT 'b' || i, ${rest} FROM n JOIN verification ON build = '7'`,
    );
    record("new", [row({ build: "new", testedAt: day(3) })]);
    expect(store.verifications({ participant: "shop", build: "first" }, 10)).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM verification").pluck().get()).toBe(most);
  });
});

describe("verifications", () => {
  it.each([
    [{}, 3],
    [{ participant: "shop" }, 2],
    [{ participant: "shop", build: "8" }, 1],
    [{ participant: "shop", module: "acme/pay" }, 0],
    [{ module: "acme/shop" }, 2],
  ])("finds by %j", (filter, count) => {
    record("a", [row(), row({ build: "8" }), row({ participant: "pay", module: "acme/pay" })]);
    expect(store.verifications(filter, 100)).toHaveLength(count);
    expect(store.verifications(filter, 1)).toHaveLength(Math.min(count, 1));
  });

  it.each([
    [
      "participant = 'a' AND build = coalesce(NULL, build)",
      "SEARCH verification USING PRIMARY KEY",
    ],
    ["module = 'a'", "verification_by_module"],
  ])("finds where %s without a pass over all", (where, plan) => {
    const rows = db.prepare(`EXPLAIN QUERY PLAN SELECT * FROM verification WHERE ${where}`).all();
    expect(JSON.stringify(rows)).toContain(plan);
  });
});
