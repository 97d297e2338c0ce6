import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DestinationStream, pino } from "pino";
import { createRegistryClient, ProblemError, type RegistryClient } from "../../api/client.ts";
import type { Registration } from "../../api/schemas/module.ts";
import type { Problem } from "../../api/schemas/problem.ts";
import { type Config, hashToken } from "../config.ts";
import type { ProposedModule } from "../jobs/proposal.ts";
import type { WatchedNats } from "../watch-config.ts";
import { type Edges, type RunningRegistry, startRegistry } from "../wire.ts";

/** A registry of a test, in this process, with the real buf and SQLite in a folder of its own. */
export interface TestRegistry {
  readonly url: string;
  readonly dataDir: string;
  readonly client: RegistryClient;
  /** Every line of the log, as JSON. */
  readonly log: readonly string[];
  /** Registers modules. Rejects with ProblemError. */
  push(...modules: readonly ProposedModule[]): Promise<Registration>;
  /** The problem that a registration of modules ends with; throws when it succeeds. */
  refusal(...modules: readonly ProposedModule[]): Promise<Problem>;
  /** Stops it, and keeps its data. */
  halt(): Promise<void>;
  /** Starts it again on the same data and another port. */
  restart(): Promise<void>;
  /** Stops it, and removes its data. */
  stop(): Promise<void>;
}

export interface TestRegistryOptions {
  /** A running nats-server, of any age. */
  readonly nats?: { readonly url: string };
  /** A running npm registry, and the token that publishes there. */
  readonly npm?: { readonly url: string; readonly token: string };
  /** The token that writing asks for; the client then sends it. */
  readonly token?: string;
  /** Environments that it looks at, by name; it then looks again after 50 ms, and soon forgets. */
  readonly watch?: Readonly<Record<string, { readonly url: string } & Partial<WatchedNats>>>;
  readonly intercept?: (edges: Edges) => Edges;
}

export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const dataDir = await mkdtemp(join(tmpdir(), "charter-registry-"));
  const log: string[] = [];
  const sink: DestinationStream = { write: (line) => log.push(line) };
  const start = () =>
    startRegistry(configOf(dataDir, options), pino({ level: "info" }, sink), options.intercept);
  let running: RunningRegistry | null = await start();
  let client = createRegistryClient({ url: running.url, token: options.token });

  const halt = async () => {
    await running?.stop();
    running = null;
  };
  return {
    get url() {
      return client.url;
    },
    get client() {
      return client;
    },
    dataDir,
    log,
    push: (...modules) => client.register(proposalOf(modules)),
    refusal: (...modules) => problemOf(client.register(proposalOf(modules))),
    halt,
    async restart() {
      await halt();
      running = await start();
      client = createRegistryClient({ url: running.url, token: options.token });
    },
    async stop() {
      await halt();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The settings of a registry of a test. */
export function configOf(dataDir: string, options: TestRegistryOptions = {}): Config {
  return {
    host: "127.0.0.1",
    port: 0,
    dataDir,
    writeTokenHash: options.token === undefined ? null : hashToken(options.token),
    nats:
      options.nats === undefined
        ? null
        : { url: options.nats.url, allowOldServer: true, credentials: {} },
    npm: options.npm ?? null,
    watch: {
      environments: Object.entries(options.watch ?? {}).map(
        ([environment, { url, credentials = {} }]) => ({ environment, url, credentials }),
      ),
      everyMs: 50,
      forgetAfterMs: 0,
    },
    logLevel: "info",
  };
}

/** The problem that a call of the client rejects with; throws when it succeeds. */
export async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof ProblemError) return outcome.problem;
  if (outcome instanceof Error) throw outcome;
  throw new Error(`expected a problem, got ${JSON.stringify(outcome)}`);
}

function proposalOf(modules: readonly ProposedModule[]) {
  return {
    modules: modules.map(({ name, files, bindings, expectedHead }) => ({
      name,
      files: files.map((file) => ({ ...file })),
      ...(bindings === undefined ? {} : { bindings }),
      ...(expectedHead === undefined ? {} : { expectedHead }),
    })),
  };
}
