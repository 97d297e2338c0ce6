import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../../../ci/testing/child-environment.ts";

/** A registry in a process of its own. */
export interface ServerProcess {
  /** `http://127.0.0.1:4280` */
  readonly url: string;
  readonly child: ChildProcess;
  /** The exit code, or the signal that ended it, once it has ended. */
  readonly ended: Promise<number | string>;
  /** All that it has printed on stderr. */
  stderr(): string;
}

/** What a process that did not become ready ended with. */
export class EndedEarly extends Error {
  override readonly name = "EndedEarly";
  readonly exit: number | string;
  readonly stderr: string;

  constructor(exit: number | string, stderr: string) {
    super(`the registry ended with ${exit}:\n${stderr}`);
    this.exit = exit;
    this.stderr = stderr;
  }
}

const main = join(import.meta.dirname, "../main.ts");

/**
 * Starts the real server on a free port, and resolves once it is ready. Rejects with EndedEarly.
 *
 * @param env its settings; of this process only `childEnvironment` reaches it
 * @param entry another program that starts the registry
 */
export async function startServerProcess(
  env: Readonly<Record<string, string>>,
  entry = main,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [entry], {
    env: { ...childEnvironment, CHARTER_HTTP_PORT: "0", CHARTER_LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killChild = () => child.kill("SIGKILL");
  process.once("exit", killChild);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code, signal]): number | string => {
    process.removeListener("exit", killChild);
    return (code as number | null) ?? String(signal);
  });
  const line = once(createInterface({ input: child.stdout }), "line").then(([text]) =>
    String(text),
  );
  const first = await Promise.race([line, ended]);
  if (typeof first === "number" || !first.startsWith("{")) throw new EndedEarly(first, stderr);
  const { http } = JSON.parse(first) as { http: string };
  return { url: http, child, ended, stderr: () => stderr };
}
