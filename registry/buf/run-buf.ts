import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import pLimit from "p-limit";
import { limits } from "../core/limits.ts";

/** What a run of buf printed, and how it ended: 0 clean, 100 findings, 1 failed. */
export interface BufRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** buf could not do its work: it is missing, or it failed in a way that its input does not explain. */
export class BufError extends Error {
  override readonly name = "BufError";
}

/** buf was stopped, because its input made it work for too long or print too much. */
export class BufStopped extends Error {
  override readonly name = "BufStopped";
}

const slots = pLimit(limits.bufProcesses);

/**
 * Runs buf in a folder, without a shell, a network or a configuration of the machine.
 *
 * @param args written by the caller; never a client's text
 */
export function runBuf(folder: string, args: readonly string[]): Promise<BufRun> {
  return slots(() => run(folder, args));
}

function run(folder: string, args: readonly string[]): Promise<BufRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(bufBinary(), args, {
      cwd: folder,
      env: { HOME: folder, PATH: "", BUF_CACHE_DIR: join(folder, ".cache") },
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

let binary: string | undefined;

/** The platform's own binary: the npm shim costs more than a small check. */
function bufBinary(): string {
  if (binary === undefined) {
    const resolve = createRequire(import.meta.url).resolve;
    const architecture =
      process.arch === "arm64" && process.platform === "linux" ? "aarch64" : process.arch;
    const name = process.platform === "win32" ? "buf.exe" : "buf";
    const folder = dirname(resolve("@bufbuild/buf/package.json"));
    const platform = createRequire(join(folder, "package.json")).resolve(
      `@bufbuild/buf-${process.platform}-${architecture}/package.json`,
    );
    binary = join(dirname(platform), "bin", name);
  }
  return binary;
}
