import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** Runs a program of node_modules; resolves with what it printed. `problem` is null when it agrees. */
export async function runProgram(
  root: string,
  args: readonly string[],
): Promise<{ problem: string | null }> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { problem: code === 0 ? null : `${stdout}${stderr}`.trim() || `it ended with ${code}` };
}
