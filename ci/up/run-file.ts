import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Proof } from "./proof.ts";

/** What runs, for the CLI, for `down` and for scripts. */
export interface RunFile {
  readonly http: string;
  readonly npm: string;
  readonly nats: string;
  /** The process that looks after the others comes first. */
  readonly pids: readonly number[];
  readonly proofs: readonly Proof[];
}

/** The folder of everything that `up` keeps. */
export function dataFolder(root: string, env: NodeJS.ProcessEnv): string {
  const data = env.CHARTER_DATA;
  return data === undefined || data === "" ? join(root, ".charter") : resolve(root, data);
}

function path(data: string): string {
  return join(data, "run.json");
}

export function writeRunFile(data: string, run: RunFile): void {
  writeFileSync(path(data), `${JSON.stringify(run, null, 2)}\n`);
}

export function removeRunFile(data: string): void {
  rmSync(path(data), { force: true });
}

/** What runs by the file, or null when there is none. */
export function readRunFile(data: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(path(data), "utf8")) as RunFile;
  } catch {
    return null;
  }
}

/** Whether a process of a run file still runs. A number that another program has by now does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const command = commandOf(pid);
  return command === null || ours.test(command);
}

/** The programs that `up` starts, each by a part of its command line. */
const ours = /nats-server|ci\/up\/|verdaccio-main|registry\/server\/main/;

/** A process's command line on Linux; null where it cannot be read. */
function commandOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return null;
  }
}
