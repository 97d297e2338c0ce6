import { spawn } from "node:child_process";
import { join } from "node:path";
import pLimit from "p-limit";
import { limits } from "../core/limits.ts";
import { BufError, BufStopped } from "./buf-error.ts";
import { bufOfNpm } from "./find-buf.ts";

/** What a run of buf printed, and how it ended: 0 clean, 100 findings, 1 failed. */
export interface BufRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * buf runs for a tenth of a second, and half of that would be garbage collection. Go collects only
 * when that much is in use.
 */
const lateCollection = { GOGC: "off", GOMEMLIMIT: String(limits.bufMemoryBytes) };

const slots = pLimit(limits.bufProcesses);

/**
 * Runs buf in a folder, without a shell, a network or a configuration of the machine.
 *
 * @param args written by the caller; never a client's text
 * @param binary the path of a buf; without it, the one that this installation declares
 */
export function runBuf(
  folder: string,
  args: readonly string[],
  binary: string = ownBuf(),
): Promise<BufRun> {
  return slots(() => run(folder, args, binary));
}

function run(folder: string, args: readonly string[], binary: string): Promise<BufRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, {
      cwd: folder,
      env: { HOME: folder, PATH: "", BUF_CACHE_DIR: join(folder, ".cache"), ...lateCollection },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limits.bufMs,
      killSignal: "SIGKILL",
    });
    const out = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        out[name] += text;
        if (out[name].length > limits.bufOutputBytes) child.kill("SIGKILL");
      });
    }
    child.on("error", (cause) =>
      reject(new BufError(`buf cannot run: ${cause.message}`, { cause })),
    );
    child.on("close", (exitCode, signal) => {
      if (exitCode !== null) resolve({ exitCode, ...out });
      else {
        const bounds = `${limits.bufMs} ms and ${limits.bufOutputBytes} bytes of output are allowed`;
        reject(new BufStopped(`buf was stopped (${signal}): ${bounds}`));
      }
    });
  });
}

let own: string | undefined;

/** The buf that this installation declares. */
function ownBuf(): string {
  own ??= bufOfNpm(import.meta.dirname)?.path;
  if (own === undefined) {
    throw new BufError("buf is not installed: npm has no @bufbuild/buf here. Install again.");
  }
  return own;
}
