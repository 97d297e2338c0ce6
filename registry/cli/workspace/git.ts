import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer, text } from "node:stream/consumers";
import { CommandFailure } from "../command-failure.ts";

/** A folder in the work tree of a git repository. */
export interface Checkout {
  /** An absolute path. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What git printed, and how it ended. */
export interface GitRun {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs git in a folder, without a shell. It only reads, and takes no lock.
 *
 * @param args options first; what a user wrote stands behind `--end-of-options`
 * @throws CommandFailure when there is no git
 */
export async function runGit(
  { folder, env }: Checkout,
  args: readonly string[],
  input = "",
): Promise<GitRun> {
  const child = spawn("git", ["-C", folder, "--no-optional-locks", ...args], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // It may end before it has read all of its input; its exit code then says why.
  child.stdin.on("error", () => {});
  const ended = once(child, "close");
  child.stdin.end(input);
  const output = Promise.all([buffer(child.stdout), text(child.stderr)]);
  try {
    const [[exitCode], [stdout, stderr]] = await Promise.all([ended, output]);
    return { exitCode: exitCode ?? 1, stdout, stderr: stderr.trim() };
  } catch (cause) {
    throw new CommandFailure(
      "usage",
      `git cannot be run (${cause instanceof Error ? cause.message : cause}), and a git ref is read with it. Install git, or name a folder with another checkout.`,
      { cause },
    );
  }
}
