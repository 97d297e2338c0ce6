import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Estate } from "./proof.ts";

/** What a run of the CLI printed, and how it ended. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const commandMs = 240_000;

/** Runs `charter` as a user would, in a folder, against the estate. */
export function charter(
  estate: Estate,
  args: readonly string[],
  cwd: string = estate.root,
): Promise<CommandRun> {
  const main = join(estate.root, "registry/cli/main.ts");
  const env = { ...process.env, CHARTER_URL: estate.http, NATS_URL: estate.nats };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args],
      { cwd, env, signal: estate.signal, timeout: commandMs, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ exitCode: code, stdout, stderr });
      },
    );
  });
}
