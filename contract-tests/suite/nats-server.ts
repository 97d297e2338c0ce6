import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A nats-server of a suite, with JetStream, on a free port of the loopback interface. */
export interface SuiteServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A slow machine takes a second; a server that hangs never says anything. */
const startMs = 15_000;
/** What it printed is shown when it does not start. */
const keptLines = 50;

/** Starts a nats-server. Rejects with what it printed, or with where to get it. */
export async function startSuiteServer(program: string): Promise<SuiteServer> {
  const folder = await mkdtemp(join(tmpdir(), "charter-suite-"));
  const child = spawn(program, ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  const stop = async () => {
    process.removeListener("exit", kill);
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await addressOf(child, program), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function addressOf(child: ReturnType<typeof spawn>, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const output: string[] = [];
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error([`${program} ${reason}`, ...output].join("\n")));
    };
    const timer = setTimeout(() => fail(`was not ready after ${startMs} ms`), startMs);
    child.once("error", (error: NodeJS.ErrnoException) => {
      const remedy =
        "Install nats-server, name it in NATS_SERVER, or give the suite the address of a running one in `nats`.";
      fail(`cannot be started (${error.code ?? error.message}). ${remedy}`);
    });
    child.once("exit", (code) => fail(`ended with code ${code}; it printed:`));
    let url = "";
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      output.push(line);
      if (output.length > keptLines) output.shift();
      const port = /Listening for client connections on .*:(\d+)$/.exec(line)?.[1];
      if (port !== undefined) url = `nats://127.0.0.1:${port}`;
      if (!line.endsWith("Server is ready")) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
