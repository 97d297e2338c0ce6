import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtInPolicy, defaultPolicy, type Policy } from "../../core/policy/policy.ts";
import type { Store } from "../ports.ts";
import { openDatabase } from "./open.ts";
import { createStore } from "./store.ts";

let dataDir: string;
let db: Database.Database;
let store: Store;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "charter-policies-"));
  db = openDatabase(dataDir);
  store = createStore(db);
});
afterEach(() => {
  db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const policyOf = (root: string): Policy => ({
  ...defaultPolicy,
  subjects: { acme: { roots: [root] } },
});
const set = (root: string, expectedVersion: number) =>
  store.setPolicy({
    policy: policyOf(root),
    reason: `use ${root}`,
    setAt: `2026-01-0${expectedVersion + 1}T00:00:00.000Z`,
    expectedVersion,
  });

describe("the policy of a store", () => {
  it("is the built-in one, version 0, until another is set", () => {
    expect(store.policy()).toEqual(builtInPolicy);
    expect(store.policyAt(0)).toEqual(builtInPolicy);
    expect(store.policyAt(1)).toBeNull();
    expect(store.policies()).toEqual([{ version: 0, setAt: null, reason: "built in" }]);
  });

  it("is the newest; the earlier ones stay as they were, also in a store that is opened again", () => {
    expect([set("a", 0), set("b", 1)]).toEqual(["set", "set"]);
    const second = {
      version: 2,
      setAt: "2026-01-02T00:00:00.000Z",
      reason: "use b",
      policy: policyOf("b"),
    };
    expect(store.policy()).toEqual(second);
    db.close();
    db = openDatabase(dataDir);
    store = createStore(db);
    expect(store.policy()).toEqual(second);
    expect(store.policyAt(1)?.policy).toEqual(policyOf("a"));
    expect(store.policyAt(0)).toEqual(builtInPolicy);
    expect(store.policies().map(({ version, reason }) => `${version} ${reason}`)).toEqual([
      "2 use b",
      "1 use a",
      "0 built in",
    ]);
  });

  it.each([[-1], [1], [2]])(
    "is not set by one that expects version %s when it is 0",
    (expected) => {
      expect(set("a", expected)).toBe("policy moved");
      expect(store.policy()).toEqual(builtInPolicy);
    },
  );

  it("lets no plan be committed that another version has judged", () => {
    const plan = (policyVersion: number) => ({
      registeredAt: "2026-01-01T00:00:00.000Z",
      releases: [],
      heads: new Map(),
      policyVersion,
    });
    expect(store.commit(plan(0))).toBe("committed");
    set("a", 0);
    expect(store.commit(plan(0))).toBe("policy moved");
    expect(store.commit(plan(1))).toBe("committed");
  });
});
