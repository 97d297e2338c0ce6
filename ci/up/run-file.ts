import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** The programs that `up` starts, as their command lines name them. */
const ours =
  /ci\/up\/(main|participants)\.ts|nats-server|verdaccio-main\.ts|registry\/server\/main\.ts/;

/**
 * Whether a process that `up` started is still there. After a restart of the machine or of a
 * container its number may be a stranger's, which must not be stopped.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const command = commandLineOf(pid);
  return command === null || ours.test(command);
}

/** A process's command line; empty for one that has ended, null where it cannot be known. */
function commandLineOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    const run = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return run.status === 0 ? run.stdout : null;
  }
}

/**
 * Claims a data folder for this process, so that two of them never start on the same data.
 *
 * @returns false when another process has it
 */
export function claimData(data: string): boolean {
  const claim = join(data, "up.pid");
  const holder = existsSync(claim) ? Number(readFileSync(claim, "utf8")) : 0;
  if (holder !== 0 && holder !== process.pid && isAlive(holder)) return false;
  rmSync(claim, { force: true });
  try {
    writeFileSync(claim, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

export function releaseData(data: string): void {
  rmSync(join(data, "up.pid"), { force: true });
}
