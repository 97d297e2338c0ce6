import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../up/ports.ts";

/** A `redis-server` process of a test, on a free port of the loopback interface. */
export interface RunningRedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Lets it answer nobody, as a network that is cut does, until it is told to go on. */
  freeze(): void;
  thaw(): void;
  /** Ends the process and removes its folder. A second call does nothing. */
  stop(): Promise<void>;
}

const startMs = 10_000;

/**
 * Starts a real redis-server, which keeps nothing on the disk, and resolves once it accepts
 * connections. The program is `REDIS_SERVER` of the environment, or `redis-server` of the PATH.
 * Rejects with the server's own output when it ends, or is not ready after 10 s.
 *
 * @param options.port that of a server that was stopped; a free one without it
 */
export async function startRedisServer(
  options: { readonly port?: number } = {},
): Promise<RunningRedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(options.port ?? (await freePort(0)));
    } catch (error) {
      // Between the look and the start somebody else can take the port.
      const isTaken = error instanceof Error && error.message.includes("Address already in use");
      if (!isTaken || options.port !== undefined || attempt === 3) throw error;
    }
  }
}

async function start(port: number): Promise<RunningRedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "charter-redis-"));
  const program = process.env.REDIS_SERVER ?? "redis-server";
  const child = spawn(program, flags(port, folder), { stdio: ["ignore", "pipe", "inherit"] });
  const killChild = () => child.kill("SIGKILL");
  process.once("exit", killChild);
  const ended = once(child, "exit").finally(() => process.removeListener("exit", killChild));
  ended.catch(() => {});
  const stop = async () => {
    if (child.pid !== undefined) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };

  const output: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`redis-server ${reason}. It printed:\n${output.join("\n")}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${startMs} ms`), startMs);
    child.once("error", (error) =>
      fail(`did not start: ${error.message}; node ci/setup.mjs --install installs one`),
    );
    child.once("close", (code) => fail(`ended with code ${code}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      output.push(line);
      if (output.length > 200) output.shift();
      if (!line.includes("Ready to accept connections")) return;
      clearTimeout(timer);
      resolve();
    });
  });

  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    stop,
  };
}

function flags(port: number, folder: string): string[] {
  const settings = { bind: "127.0.0.1", port, dir: folder, save: "", appendonly: "no" };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
