import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dumpDatabase } from "../testing/dump.ts";
import { eventModule } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

it("fillLedger adds at the start what was registered before there was a ledger", async () => {
  await registry.push(eventModule("old", "string note = 2;"));
  await registry.push(eventModule("old", "string note = 2; string more = 3;"));
  await registry.halt();
  const filled = dumpDatabase(registry.dataDir);
  expect(filled.number_use).toHaveLength(3);

  const db = new Database(join(registry.dataDir, "registry.sqlite"));
  db.exec("DELETE FROM number_use; UPDATE release SET in_ledger = 0;");
  db.close();
  await registry.restart();
  await registry.halt();
  expect(dumpDatabase(registry.dataDir)).toEqual(filled);
});
