import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A `nats-server` process of a test, on a free port of the loopback interface. */
export interface RunningNatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the process and removes its folder. A second call does nothing. */
  stop(): Promise<void>;
}

export interface NatsServerOptions {
  /** Turns JetStream on, with its store in the server's own temporary folder. */
  readonly jetstream?: boolean;
  /** The port to listen on, such as that of a server that was stopped; a free one without it. */
  readonly port?: number;
  /** The text of a configuration file. The port in it is overruled; it must not set a log file. */
  readonly config?: string;
}

const startMs = 10_000;

/**
 * Starts a real nats-server and resolves once it accepts connections. The program is `NATS_SERVER`
 * of the environment, or `nats-server` of the PATH. Rejects with the server's own output when it
 * ends, or is not ready after 10 s.
 */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<RunningNatsServer> {
  const folder = await mkdtemp(join(tmpdir(), "charter-nats-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const child = spawn(process.env.NATS_SERVER ?? "nats-server", await flags(options, folder), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const killChild = () => child.kill("SIGKILL");
  process.once("exit", killChild);
  const ended = once(child, "exit").finally(() => process.removeListener("exit", killChild));
  ended.catch(() => {});

  const output: string[] = [];
  let port = 0;
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`nats-server ${reason}. It printed:\n${output.join("\n")}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${startMs} ms`), startMs);
    child.once("error", (error) => fail(`did not start: ${error.message}`));
    child.once("exit", (code) => fail(`ended with code ${code}`));
    createInterface({ input: child.stderr }).on("line", (line) => {
      output.push(line);
      if (output.length > 200) output.shift();
      const listening = /Listening for client connections on .*:(\d+)$/.exec(line);
      if (listening !== null) port = Number(listening[1]);
      if (line.endsWith("Server is ready")) {
        clearTimeout(timer);
        resolve();
      }
    });
  });

  try {
    await ready;
  } catch (error) {
    child.kill("SIGKILL");
    await removeFolder();
    throw error;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGKILL");
      await ended;
      await removeFolder();
    },
  };
}

async function flags(options: NatsServerOptions, folder: string): Promise<string[]> {
  const all = ["-a", "127.0.0.1", "-p", String(options.port ?? -1)];
  if (options.jetstream === true) all.push("-js", "-sd", join(folder, "jetstream"));
  if (options.config !== undefined) {
    const path = join(folder, "nats-server.conf");
    await writeFile(path, options.config);
    all.push("-c", path);
  }
  return all;
}
