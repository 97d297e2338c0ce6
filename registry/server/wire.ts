import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { builtInFiles } from "../buf/built-in-files.ts";
import { createBufCompiler } from "../buf/compiler.ts";
import { limits } from "../core/limits.ts";
import type { Publication } from "../core/registration/plan.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { buildApp } from "./http/app.ts";
import { sendAnnouncements } from "./jobs/announce.ts";
import { type CheckPorts, checkProposal } from "./jobs/check-proposal.ts";
import { fillLedger } from "./jobs/fill-ledger.ts";
import { linkedReleases } from "./jobs/linked-releases.ts";
import { noteNoNpmRegistry, publishStubs } from "./jobs/publish-stubs.ts";
import { createQueue } from "./jobs/queue.ts";
import { recordDeployment } from "./jobs/record-deployment.ts";
import { recordTestRun } from "./jobs/record-test-run.ts";
import { recordUsage } from "./jobs/record-usage.ts";
import { registerProposal } from "./jobs/register-proposal.ts";
import { retirementsNow, retirePackage } from "./jobs/retire-package.ts";
import { reviewPolicy, setPolicy } from "./jobs/set-policy.ts";
import { buildSubjectIndex } from "./jobs/subject-index.ts";
import { upgradeStubs } from "./jobs/upgrade-stubs.ts";
import { type Watching, type WatchPorts, watchEnvironments } from "./jobs/watch-environments.ts";
import { within } from "./jobs/within.ts";
import { createWorker, type Worker } from "./jobs/worker.ts";
import { connectNats } from "./nats/connect-nats.ts";
import { watchedEnvironment } from "./nats/watched-environment.ts";
import { generatorVersion } from "./npm/generator-version.ts";
import { createNpmRegistry } from "./npm/npm-registry.ts";
import { createStubBuilder } from "./npm/stub-builder.ts";
import { startStubThread } from "./npm/stub-thread.ts";
import type { Announcer, PackageRegistry, Store, StubBuilder } from "./ports.ts";
import { lockDataDir, openDatabase } from "./storage/open.ts";
import { createStore } from "./storage/store.ts";

/** A registry that runs. */
export interface RunningRegistry {
  /** `http://127.0.0.1:4280` */
  readonly url: string;
  /** Refuses new work, ends what runs, and closes everything. */
  stop(): Promise<void>;
}

/** The edges that a registry talks through; a test can stand between the registry and one of them. */
export interface Edges {
  readonly store: Store;
  readonly packages: PackageRegistry | null;
  readonly announcer: Announcer | null;
}

const retryMs = [500, 1000, 2000, 5000, 15_000, 60_000];

/**
 * Wires the whole registry. Only this file knows every part.
 *
 * @param intercept may wrap the edges; production leaves them as they are
 * @throws ConfigError when a setting keeps it from starting; what was opened by then is closed
 */
export async function startRegistry(
  config: Config,
  logger: Logger,
  intercept: (edges: Edges) => Edges = (edges) => edges,
): Promise<RunningRegistry> {
  const closers: Closer[] = [];
  try {
    const url = await start(config, logger, intercept, closers);
    return { url, stop: () => closeAll(closers, logger) };
  } catch (error) {
    await closeAll(closers, logger);
    throw error;
  }
}

/** @param closers gets what ends each part, in the order in which the parts were started */
async function start(
  config: Config,
  logger: Logger,
  intercept: (edges: Edges) => Edges,
  closers: Closer[],
): Promise<string> {
  closers.push(lockDataDir(config.dataDir));
  const db = openDatabase(config.dataDir);
  closers.push(() => db.close());
  const nats = config.nats === null ? null : await connectNats(config.nats, logger);
  closers.push(() => nats?.close());
  const { store, packages, announcer } = intercept({
    store: createStore(db),
    packages: config.npm === null ? null : createNpmRegistry(config.npm),
    announcer: nats?.announcer ?? null,
  });
  fillLedger(store);
  let index = buildSubjectIndex(store.headBindings());
  let stopping = false;

  const announcing = workerFor(announcer, {
    work: async (to, signal) => {
      await sendAnnouncements(store, to, signal);
      return true;
    },
    onFailure: (error) => logger.warn({ err: error }, "announcements wait for NATS"),
  });
  nats?.onReconnect(announcing.wake);
  const thread = startStubThread();
  const builder = createStubBuilder(store, thread.pack);
  const publishing = stubPublisher({ store, builder, packages, announcing }, logger);
  closers.push(thread.stop, announcing.stop, publishing.stop);

  const ports = portsOn(store);
  const checks = createQueue(limits.bufProcesses);
  const registrations = createQueue(1);
  closers.push(checks.stop, registrations.stop);
  const afterCommit = () => {
    index = buildSubjectIndex(store.headBindings());
    publishing.wake();
    announcing.wake();
  };

  const watching = watch(config, { ...ports, index: () => index }, logger);
  closers.push(watching.stop);
  const app = await buildApp(
    {
      store,
      clock: ports.clock,
      releases: ports.releases,
      index: () => index,
      check: (modules) => checks.run(() => checkProposal(ports, modules)),
      register: (modules) =>
        registrations.run(() => registerProposal({ ...ports, afterCommit }, modules)),
      record: (deployment) => recordDeployment(ports, deployment),
      recordTestRun: (run) => recordTestRun({ ...ports, afterRecord: announcing.wake }, run),
      recordUsage: (usage) => recordUsage(ports, usage),
      watched: watching.states,
      publish: () => {
        publishing.wake();
        return publishing.idle(limits.publicationsWaitMs);
      },
      upgradeStubs: () => registrations.run(async () => upgradeStubs({ ...ports, afterCommit })),
      retire: (end) => retirePackage(ports, end),
      retirements: () => retirementsNow(ports),
      reviewPolicy: (policy) => reviewPolicy(store, policy),
      setPolicy: (next) => setPolicy(ports, next),
      notReady: () => (stopping ? "stopping" : null),
      writeTokenHash: config.writeTokenHash,
    },
    logger,
  );
  closers.push(() => closeApp(app));
  const url = await listen(app, config);
  const lookup = await nats?.serveLookup(() => index);
  closers.push(() => within(limits.natsMs, lookup?.stop() ?? Promise.resolve()));
  closers.push(() => {
    stopping = true;
    checks.refuse();
    registrations.refuse();
  });
  publishing.wake();
  announcing.wake();
  return url;
}

function portsOn(store: Store): CheckPorts & { readonly store: Store } {
  return {
    store,
    compiler: createBufCompiler(builtInFiles()),
    releases: linkedReleases(store),
    policy: store.policy,
    clock: { now: () => new Date().toISOString() },
    generator: generatorVersion,
    newId: randomUUID,
  };
}

function watch(
  { watch: options }: Config,
  ports: Omit<WatchPorts, "onProblem">,
  logger: Logger,
): Watching {
  const onProblem = (environment: string, problem: string) =>
    logger.warn({ environment }, `watching: ${problem}`);
  const environments = options.environments.map(watchedEnvironment);
  return watchEnvironments({ ...ports, onProblem }, environments, options);
}

function stubPublisher(
  edges: {
    readonly store: Store;
    readonly builder: StubBuilder;
    readonly packages: PackageRegistry | null;
    readonly announcing: Worker;
  },
  logger: Logger,
): Worker {
  const { store, builder, packages, announcing } = edges;
  return workerFor<PackageRegistry | "none">(packages ?? "none", {
    work: async (to, signal) => {
      if (to === "none") {
        noteNoNpmRegistry(store);
        return true;
      }
      const onFailure = ({ name, version }: Publication, error: unknown) =>
        logger.warn({ err: error }, `${name}@${version} is not published yet`);
      const done = await publishStubs({ store, builder, packages: to, onFailure }, signal);
      announcing.wake();
      return done;
    },
    onFailure: (error) => logger.error({ err: error }, "stub packages cannot be published"),
  });
}

type Closer = () => unknown;
type App = Awaited<ReturnType<typeof buildApp>>;

/** Closes the newest part first. A part that cannot be closed keeps no other part open. */
async function closeAll(closers: Closer[], logger: Logger): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close();
    } catch (error) {
      logger.warn({ err: error }, "a part of the registry did not close");
    }
  }
}

/** Lets requests end for a while; a sender that takes longer is cut off. */
async function closeApp(app: App): Promise<void> {
  const closed = app.close();
  if ((await within(limits.stopMs, closed)) === "too late") app.server.closeAllConnections();
  await closed;
}

async function listen(app: App, { host, port }: Config): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `CHARTER_HTTP_HOST is "${host}" and CHARTER_HTTP_PORT is ${port}, and the registry cannot listen there (${reason}); name an address of this machine and a free port`,
    ]);
  }
}

function workerFor<T>(
  edge: T | null,
  options: {
    readonly work: (edge: T, signal: AbortSignal) => Promise<boolean>;
    readonly onFailure: (error: unknown) => void;
  },
): Worker {
  const { work, onFailure } = options;
  const run = edge === null ? async () => true : (signal: AbortSignal) => work(edge, signal);
  return createWorker(run, { retryMs, onFailure });
}
