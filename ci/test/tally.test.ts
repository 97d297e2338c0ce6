import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startVitest } from "vitest/node";
import { createTally } from "./tally.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "charter-tally-"));
  await symlink(join(import.meta.dirname, "../../node_modules"), join(root, "node_modules"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function tallyOf(files: Record<string, string>) {
  for (const [name, body] of Object.entries(files)) {
    const source = `import { expect, it } from "vitest";\n${body}\n`;
    await writeFile(join(root, name), source);
  }
  const tally = createTally();
  const exitCodeBefore = process.exitCode;
  const vitest = await startVitest("test", [], {
    root,
    config: false,
    watch: false,
    reporters: [tally],
  });
  await vitest.close();
  process.exitCode = exitCodeBefore;
  return { passed: tally.passed, failed: tally.failed };
}

it("createTally counts passed and failed tests of all files", async () => {
  const tally = await tallyOf({
    "a.test.ts": 'it("one", () => {}); it("two", () => {}); it("three", () => expect(1).toBe(2));',
    "b.test.ts": 'it("four", () => {});',
  });
  expect(tally).toEqual({ passed: 3, failed: 1 });
});

it("createTally counts a file that cannot be loaded as failed", async () => {
  expect(await tallyOf({ "a.test.ts": 'import "./gone.ts"; it("one", () => {});' })).toEqual({
    passed: 0,
    failed: 1,
  });
});

it("createTally counts an error outside of every test as failed", async () => {
  const files = { "a.test.ts": 'it("one", () => { Promise.reject(new Error("late")); });' };
  expect(await tallyOf(files)).toEqual({ passed: 1, failed: 1 });
});
