import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { RegistryFailure } from "../core/failure.ts";
import { limits } from "../core/limits.ts";
import { defaultGrammar } from "../core/subject/grammar.ts";
import { builtInFiles } from "./buf/built-in-files.ts";
import { createBufCompiler } from "./buf/compiler.ts";
import type { Config } from "./config.ts";
import { buildApp } from "./http/app.ts";
import { sendAnnouncements } from "./jobs/announce.ts";
import { type CheckPorts, checkProposal } from "./jobs/check-proposal.ts";
import type { ProposedModule } from "./jobs/proposal.ts";
import { publishStubs } from "./jobs/publish-stubs.ts";
import { registerProposal } from "./jobs/register-proposal.ts";
import { buildSubjectIndex } from "./jobs/subject-index.ts";
import { createWorker, type Worker } from "./jobs/worker.ts";
import { connectNats } from "./nats/connect-nats.ts";
import { createNpmRegistry } from "./npm/npm-registry.ts";
import { createStubBuilder } from "./npm/stub-builder.ts";
import type { Announcer, PackageRegistry, Store } from "./ports.ts";
import { openDatabase } from "./storage/open.ts";
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
 */
export async function startRegistry(
  config: Config,
  logger: Logger,
  intercept: (edges: Edges) => Edges = (edges) => edges,
): Promise<RunningRegistry> {
  const db = openDatabase(config.dataDir);
  const nats = config.nats === null ? null : await connectNats(config.nats, logger);
  const { store, packages, announcer } = intercept({
    store: createStore(db),
    packages: config.npm === null ? null : createNpmRegistry(config.npm),
    announcer: nats?.announcer ?? null,
  });
  let index = buildSubjectIndex(store.headBindings());
  let stopping = false;

  const announcing = workerFor(announcer, async (to) => {
    await sendAnnouncements(store, to);
    return true;
  });
  const builder = createStubBuilder(store);
  const publishing = workerFor(packages, async (to) => {
    const done = await publishStubs({
      store,
      builder,
      packages: to,
      onFailure: ({ name, version }, error) =>
        logger.warn({ err: error }, `${name}@${version} is not published yet`),
    });
    announcing.wake();
    return done;
  });

  const ports: CheckPorts = {
    store,
    compiler: createBufCompiler(builtInFiles()),
    grammar: defaultGrammar,
    clock: { now: () => new Date().toISOString() },
    newId: randomUUID,
  };
  const checks = bounded(limits.bufProcesses);
  const registrations = bounded(1);
  const afterCommit = () => {
    index = buildSubjectIndex(store.headBindings());
    publishing.wake();
    announcing.wake();
  };

  const app = await buildApp(
    {
      store,
      index: () => index,
      check: (modules: readonly ProposedModule[]) => checks(() => checkProposal(ports, modules)),
      register: (modules: readonly ProposedModule[]) =>
        registrations(() => registerProposal({ ...ports, afterCommit }, modules)),
      publish: () => {
        publishing.wake();
        return publishing.idle();
      },
      notReady: () => (stopping ? "stopping" : null),
      writeTokenHash: config.writeTokenHash,
    },
    logger,
  );
  const url = await app.listen({ host: config.host, port: config.port });
  const lookup = await nats?.serveLookup(() => index);
  publishing.wake();
  announcing.wake();

  return {
    url,
    async stop() {
      stopping = true;
      await app.close();
      await lookup?.stop();
      await publishing.stop();
      await announcing.stop();
      await nats?.close();
      db.close();
    },
  };
}

function workerFor<T>(edge: T | null, work: (edge: T) => Promise<boolean>): Worker {
  return createWorker(edge === null ? async () => true : () => work(edge), retryMs);
}

/** Runs so many at once, lets a bounded number wait, and refuses the rest. */
function bounded(concurrency: number) {
  const slots = pLimit(concurrency);
  return <T>(work: () => Promise<T>): Promise<T> => {
    if (slots.pendingCount >= limits.proposalsWaiting) {
      throw new RegistryFailure(
        "BUSY",
        `${limits.proposalsWaiting} proposals wait already. Try again in a few seconds.`,
      );
    }
    return slots(work);
  };
}
