/** Stops what `npm run up` started, and waits until every process is gone: `npm run down`. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { dataFolder, isAlive, readRunFile, removeRunFile } from "./run-file.ts";

const data = dataFolder(join(import.meta.dirname, "../.."), process.env);
const run = readRunFile(data);
const alive = () => run?.pids.filter(isAlive) ?? [];

if (alive().length === 0) {
  process.stderr.write("Charter is not up.\n");
  removeRunFile(data);
} else {
  process.exitCode = await stop();
}

async function stop(): Promise<number> {
  const [keeper, ...others] = run?.pids ?? [];
  // The first process stops the others in order; without it, each is asked by itself.
  if (keeper !== undefined && isAlive(keeper)) process.kill(keeper, "SIGTERM");
  else for (const pid of others.filter(isAlive)) process.kill(pid, "SIGTERM");
  if (!(await gone(30_000))) {
    for (const pid of alive()) process.kill(pid, "SIGKILL");
    await gone(5000);
  }
  removeRunFile(data);
  const left = alive();
  if (left.length === 0) process.stderr.write("Charter is down.\n");
  else process.stderr.write(`These processes did not end: ${left.join(", ")}\n`);
  return left.length === 0 ? 0 : 1;
}

/** Whether all processes end within a time. They are no children of ours, so we have to look. */
async function gone(withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 50) {
    if (alive().length === 0) return true;
    await pause(50);
  }
  return false;
}
