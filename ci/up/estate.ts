import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startVerdaccio } from "../verdaccio.ts";
import { type RunningChild, startChild } from "./child.ts";
import { natsProgram } from "./nats-program.ts";
import { publishOwnPackages } from "./own-packages.ts";
import { freePort, portFrom } from "./ports.ts";
import type { Progress } from "./progress.ts";
import type { Estate } from "./proof.ts";

/** Everything that runs, and how to end it in order. */
export interface RunningEstate extends Estate {
  readonly pids: readonly number[];
  /** Starts the reference services and the mocks; the registry knows the contracts by then. */
  startParticipants(): Promise<void>;
  /** Resolves with the name of a process that ends while it should run. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

interface Stoppable {
  readonly pid: number;
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts NATS, the npm registry and the registry. What was started is ended when a later one fails. */
export async function startEstate(
  root: string,
  data: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<RunningEstate> {
  const started: Stoppable[] = [];
  let sayBroken: (name: string) => void = () => {};
  const broken = new Promise<string>((resolve) => {
    sayBroken = resolve;
  });
  const stop = async () => {
    for (const each of started.splice(0).reverse()) await each.stop();
  };
  const keep = <T extends Stoppable>(name: string, each: T): T => {
    started.push(each);
    void each.ended.then(() => {
      if (started.includes(each)) sayBroken(name);
    });
    return each;
  };
  const logs = join(data, "logs");
  mkdirSync(logs, { recursive: true });
  try {
    const nats = await progress.step("nats-server", async (note) => {
      const port = await freePort(portFrom(env, "CHARTER_NATS_PORT", 4222));
      keep("nats-server", await startNats(natsProgram(root, env), port, data, logs));
      const url = `nats://127.0.0.1:${port}`;
      note(url);
      return url;
    });
    const verdaccio = await progress.step("npm registry", async (note) => {
      const port = await freePort(portFrom(env, "CHARTER_NPM_PORT", 4873));
      const running = keep(
        "npm registry",
        await startVerdaccio({ dataDir: join(data, "npm"), port }),
      );
      note(running.url);
      return running;
    });
    const http = await progress.step("registry", async (note) => {
      const port = await freePort(portFrom(env, "CHARTER_HTTP_PORT", 4280));
      // So that `charter service list` shows what else is started here.
      const watch = { CHARTER_WATCH: `local=${nats}`, CHARTER_WATCH_EVERY_MS: "2000" };
      const settings = {
        CHARTER_HTTP_PORT: String(port),
        CHARTER_HTTP_HOST: "127.0.0.1",
        CHARTER_DATA: join(data, "registry"),
        CHARTER_NPM_URL: verdaccio.url,
        CHARTER_NPM_TOKEN: verdaccio.token,
        NATS_URL: nats,
        // A server of the distribution is enough to develop with; `npm start` is stricter.
        CHARTER_ALLOW_OLD_NATS: "true",
      };
      const child = keep(
        "registry",
        await startRegistry(root, { ...watch, ...env, ...settings }, logs),
      );
      const url = (JSON.parse(child.readyLine) as { http: string }).http;
      note(url);
      return url;
    });
    await progress.step("Charter's own packages", async (note) => {
      note((await publishOwnPackages(root, verdaccio)).join(", "));
    });
    const estate = { root, http, npm: verdaccio.url, nats };
    return {
      ...estate,
      get pids() {
        return [process.pid, ...started.map((each) => each.pid)];
      },
      startParticipants: async () => {
        keep("participants", await startParticipants(estate, env, logs));
      },
      broken,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startNats(
  command: string,
  port: number,
  data: string,
  logs: string,
): Promise<RunningChild> {
  return startChild({
    name: "nats-server",
    command,
    args: ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", join(data, "nats")],
    logPath: join(logs, "nats-server.log"),
    readyOn: "stderr",
    isReady: (line) => line.endsWith("Server is ready"),
  });
}

function startRegistry(root: string, env: NodeJS.ProcessEnv, logs: string): Promise<RunningChild> {
  return startChild({
    name: "registry",
    command: process.execPath,
    args: [join(root, "registry/server/main.ts")],
    env,
    logPath: join(logs, "registry.log"),
    readyOn: "stdout",
    isReady: (line) => line.startsWith('{"ready":true'),
  });
}

function startParticipants(
  estate: Estate,
  env: NodeJS.ProcessEnv,
  logs: string,
): Promise<RunningChild> {
  return startChild({
    name: "participants",
    command: process.execPath,
    args: [join(import.meta.dirname, "participants.ts")],
    env: { ...env, CHARTER_URL: estate.http, NATS_URL: estate.nats },
    logPath: join(logs, "participants.log"),
    readyOn: "stdout",
    isReady: (line) => line === "ready",
  });
}
