import { spawn } from "node:child_process";
import { CommandFailure } from "./command-failure.ts";

/** How a client under test is run. */
export interface ClientCommand {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

export interface ClientEnded {
  readonly end:
    | { readonly kind: "exit"; readonly exitCode: number }
    | { readonly kind: "signal"; readonly signal: string }
    | { readonly kind: "timeout"; readonly afterMs: number };
  /** The end of what it printed on both streams, in the order that it came. */
  readonly output: string;
}

/** What of a client's output is kept: a stack trace and the lines around it. */
const keptOutput = 8192;

/**
 * Runs a client to its end. One that does not end in time is killed, which counts as neither an
 * answer nor an error. Throws when the program cannot be started.
 */
export async function runClient(command: ClientCommand): Promise<ClientEnded> {
  const { argv, cwd, env, timeoutMs } = command;
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-keptOutput);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    const [exitCode, signal] = await new Promise<[number | null, string | null]>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("close", (...ended) => resolve(ended));
      },
    );
    if (isLate) return { end: { kind: "timeout", afterMs: timeoutMs }, output };
    if (signal !== null) return { end: { kind: "signal", signal }, output };
    return { end: { kind: "exit", exitCode: exitCode ?? 1 }, output };
  } catch (cause) {
    throw new CommandFailure(
      "usage",
      `The client "${program}" cannot be started (${cause instanceof Error ? cause.message : cause}). Write the program and its arguments behind "--", such as: -- node client.ts`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}
