import { readFileSync } from "node:fs";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { natsCredentials } from "../../registry/api/nats-credentials.ts";
import type { LawResult, RunReport } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import type { ContractSettings } from "../runner/settings.ts";
import { type SuiteServer, startSuiteServer } from "./nats-server.ts";
import type { SuiteEnvironment } from "./settings.ts";
import type { SuiteContracts } from "./suite-contracts.ts";
import type { SuiteOptions } from "./suite-options.ts";

/** Enough for a module of some dozen subjects on a busy machine. */
export const usualBudgetMs = 120_000;

/** What came of the laws; undefined for one that was not tried. */
export interface SuiteResults {
  of(pattern: string, law: string): LawResult | undefined;
  ofAccount(law: string): LawResult | undefined;
}

/** The server, the connections and the service of a suite. */
export function createWorld(options: SuiteOptions, environment: SuiteEnvironment) {
  const started: (() => Promise<unknown>)[] = [];
  const connected = async (url: string): Promise<NatsConnection> => {
    const nc = await connect({
      servers: url.split(","),
      name: "charter contract suite",
      noAsyncTraces: true,
      ...(options.nats === undefined
        ? {}
        : natsCredentials(environment.all, (_variable, path) => readFileSync(path))),
    });
    started.push(() => nc.close());
    return nc;
  };
  return {
    async run(contracts: SuiteContracts, settings: ContractSettings): Promise<SuiteResults> {
      const url = options.nats ?? (await ownServer(options, environment, started)).url;
      // What the service does with its connection must not stop the tests.
      const service = await options.start(await connected(url), url);
      if (service !== undefined) started.push(() => service.stop());
      return resultsIn(await tried(await connected(url), contracts, settings, options));
    },
    async stop() {
      for (const stop of started.toReversed()) await stop();
    },
  };
}

function tried(
  nc: NatsConnection,
  { tested, declared }: SuiteContracts,
  settings: ContractSettings,
  options: SuiteOptions,
): Promise<RunReport> {
  const { nats, beside, laws, samples, seed = 1, budgetMs = usualBudgetMs } = options;
  return runContracts(nc, tested, {
    seed,
    settings,
    budgetMs,
    isWholeEstate: nats === undefined || beside !== undefined,
    alsoDeclared: declared,
    environmentClass: options.environmentClass ?? (nats === undefined ? "ephemeral" : "production"),
    ...(laws === undefined ? {} : { laws }),
    ...(samples === undefined ? {} : { samples }),
  });
}

function resultsIn({ modules, account }: RunReport): SuiteResults {
  const bindings = modules.flatMap((module) => module.bindings);
  return {
    of: (pattern, law) =>
      bindings.find((each) => each.pattern === pattern)?.laws.find((each) => each.law === law),
    ofAccount: (law) => account.find((each) => each.law === law),
  };
}

async function ownServer(
  { natsServer }: SuiteOptions,
  environment: SuiteEnvironment,
  started: (() => Promise<unknown>)[],
): Promise<SuiteServer> {
  const server = await startSuiteServer(natsServer ?? environment.natsServer);
  started.push(() => server.stop());
  return server;
}
