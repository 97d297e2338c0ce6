import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { clients } from "./connections.ts";

/** An instance of the steady service. */
export interface Instance {
  /** What it answers with. */
  readonly name: string;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Asks it to end, as a deployment does. Gives its exit code. */
  stop(): Promise<number | null>;
}

export interface Fleet {
  /** Starts instances, and resolves when they serve. */
  start(count: number, settings: FleetSettings): Promise<readonly Instance[]>;
  /** The ids of the requests that were executed. */
  executed(): readonly string[];
}

export interface FleetSettings {
  readonly url: string;
  readonly client: (typeof clients)[number]["client"];
  /** How long a request takes on average, in milliseconds. */
  readonly workMs: number;
}

/** Instances of the steady service in processes of their own, that end with the test. */
export function useFleet(): Fleet {
  const folder = mkdtempSync(join(tmpdir(), "charter-fleet-"));
  const record = join(folder, "executed");
  // One file starts faster than the sources. It stays here, where the packages are found.
  const bundle = join(import.meta.dirname, `../.charter/steady-instance-${process.pid}.mjs`);
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, "steady-instance.ts")],
      outfile: bundle,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      packages: "external",
      logLevel: "error",
    });
  });
  afterAll(() => {
    for (const path of [folder, bundle]) rmSync(path, { recursive: true, force: true });
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => end(child, "SIGKILL")));
    writeFileSync(record, "");
  });
  return {
    start: (count, { url, client, workMs }) => {
      const started = Array.from({ length: count }, async () => {
        const child = fork(bundle, [url, client, record, String(workMs)], { execArgv: [] });
        children.push(child);
        await Promise.race([once(child, "message"), diesEarly(child)]);
        return {
          name: String(child.pid),
          kill: async () => void (await end(child, "SIGKILL")),
          stop: () => end(child, "SIGTERM"),
        };
      });
      return Promise.all(started);
    },
    executed: () => readFileSync(record, "utf8").match(/^\S+/gm) ?? [],
  };
}

async function diesEarly(child: ChildProcess): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`the instance ended with ${code} before it served`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill(signal);
  const [code] = await exited;
  return code;
}
