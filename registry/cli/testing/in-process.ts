import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runCharter } from "../run-charter.ts";
import type { Finished } from "./charter.ts";

/** Runs `charter` without a process of its own: for tests of many runs, each of which needs none. */
export async function charterInProcess(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<Finished> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await runCharter(args, {
    ...options,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    interrupted: () => new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { exitCode, stdout: out, stderr: err };
}
