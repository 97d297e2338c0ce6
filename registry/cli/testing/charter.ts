import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { childEnvironment } from "../../../ci/testing/child-environment.ts";

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(import.meta.dirname, "../main.ts");

/** A command that serves until it is stopped. */
export interface Serving {
  /** Its first line. */
  readonly firstLine: string;
  /** Sends Ctrl-C and waits for the end. */
  interrupt(): Promise<number | null>;
}

/** Starts a `charter` that goes on, and resolves once it has printed a line. */
export async function startCharter(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<Serving> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { ...childEnvironment, ...options.env },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });
  const ended = once(child, "exit");
  const [firstLine] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(([code]) => [`ended with ${code}`]),
  ]);
  return {
    firstLine,
    async interrupt() {
      child.kill("SIGINT");
      const [exitCode] = await ended;
      return exitCode;
    },
  };
}

/** Runs `charter` as a process of its own, off a terminal, with nothing of the caller's environment. */
export async function charter(
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { ...childEnvironment, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { exitCode, stdout, stderr };
}

/** A temporary folder of a test. */
export interface Folder {
  readonly path: string;
  /** Writes files by their relative paths. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

export async function temporaryFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "charter-cli-"));
  const folder: Folder = {
    path,
    async write(more) {
      for (const [name, content] of Object.entries(more)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), content);
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
  await folder.write(files);
  return folder;
}
