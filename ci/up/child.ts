import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** A process that `up` started. */
export interface RunningChild {
  readonly name: string;
  readonly pid: number;
  /** The line that said it is ready. */
  readonly readyLine: string;
  /** Resolves with the exit code or the signal's name when it ends. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const readyMs = 60_000;
const stopMs = 10_000;

/**
 * Starts a process and resolves when a line of its output says that it is ready. What it prints on
 * stderr goes to a log file. Rejects with the end of the log when it ends or takes too long.
 */
export async function startChild(options: {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  logPath: string;
  /** Whether a line says that the process is ready. */
  isReady: (line: string) => boolean;
  /** Which stream has that line. */
  readyOn: "stdout" | "stderr";
}): Promise<RunningChild> {
  const log = openSync(options.logPath, "a");
  const child = spawn(options.command, options.args, {
    env: options.env ?? process.env,
    stdio: [
      "ignore",
      options.readyOn === "stdout" ? "pipe" : log,
      options.readyOn === "stderr" ? "pipe" : log,
    ],
    // Its own group: a Ctrl-C of the terminal reaches only `up`, which stops everything in order.
    detached: true,
  });
  closeSync(log);
  const ended = once(child, "exit").then(([code, signal]) => String(signal ?? code));
  ended.catch(() => {});
  try {
    const readyLine = await firstReadyLine(child, options, ended);
    return {
      name: options.name,
      pid: child.pid ?? 0,
      readyLine,
      ended,
      stop: () => stopChild(child, ended),
    };
  } catch (cause) {
    child.kill("SIGKILL");
    const text = await readFile(options.logPath, "utf8").catch(() => "");
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${options.name} did not start: ${reason}\n${text.slice(-2000)}`, { cause });
  }
}

async function firstReadyLine(
  child: ChildProcess,
  options: { readyOn: "stdout" | "stderr"; isReady: (line: string) => boolean },
  ended: Promise<string>,
): Promise<string> {
  const stream = child[options.readyOn];
  if (stream === null) throw new Error("it has no output");
  const printed: string[] = [];
  const ready = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    createInterface({ input: stream }).on("line", (line) => {
      if (printed.push(line) > 20) printed.shift();
      if (options.isReady(line)) resolve(line);
    });
  });
  const tooLong = AbortSignal.timeout(readyMs);
  return await Promise.race([
    ready,
    ended.then((how) => {
      throw new Error(`it ended (${how}).\n${printed.join("\n")}`);
    }),
    once(tooLong, "abort").then(() => {
      throw new Error(`it was not ready after ${readyMs} ms.\n${printed.join("\n")}`);
    }),
  ]);
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await ended;
  clearTimeout(kill);
}
