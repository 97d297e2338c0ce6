import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChild } from "./child.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-child-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(script: string) {
  return startChild({
    name: "the child",
    command: process.execPath,
    args: ["-e", script],
    logPath: join(folder, "child.log"),
    readyOn: "stdout",
    isReady: (line) => line.startsWith("ready"),
  });
}

it("startChild resolves with the line that says ready, and stop ends the process", async () => {
  const child = await start(
    'console.log("soon"); console.log("ready 42"); setInterval(() => {}, 1e6);',
  );
  expect(child.readyLine).toBe("ready 42");
  process.kill(child.pid, 0);
  await child.stop();
  expect(await child.ended).toBe("SIGTERM");
  expect(() => process.kill(child.pid, 0)).toThrow(/ESRCH/);
});

it("startChild says how a child ended that was not asked to", async () => {
  const child = await start('console.log("ready"); process.exit(7);');
  expect(await child.ended).toBe("7");
  await child.stop();
});

it("startChild rejects with the child's own words when it ends before it is ready", async () => {
  await expect(start('console.error("no such port"); process.exit(3);')).rejects.toThrow(
    /the child did not start: it ended \(3\)[\s\S]*no such port/,
  );
});

it("startChild rejects when there is no such program", async () => {
  const missing = startChild({
    name: "the child",
    command: join(folder, "gone"),
    args: [],
    logPath: join(folder, "gone.log"),
    readyOn: "stderr",
    isReady: () => true,
  });
  await expect(missing).rejects.toThrow(/the child did not start: .*ENOENT/);
});
