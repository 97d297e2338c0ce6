import { readFileSync } from "node:fs";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { natsCredentials } from "../../registry/api/nats-credentials.ts";
import { fitContracts } from "../contract-file/fit-contracts.ts";
import { readContractFiles } from "../contract-file/read-contract-files.ts";
import { renderFailure } from "../reports/text/render-failure.ts";
import { plainText } from "../reports/text/render-style.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { Law } from "../runner/laws/law.ts";
import { appliesTo, chosenLaws } from "../runner/laws.ts";
import type { LawResult } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import type { ContractSettings } from "../runner/settings.ts";
import { type SuiteServer, startSuiteServer } from "./nats-server.ts";
import { type SuiteEnvironment, suiteEnvironment } from "./settings.ts";
import { suiteContracts } from "./suite-contracts.ts";
import type { ContractSuite, SuiteOptions, TestContext } from "./suite-options.ts";

/** Enough for a module of some dozen subjects on a busy machine. */
const usualBudgetMs = 120_000;
/** Starting and stopping the server and the service, beside the laws' own time. */
const hookMs = 60_000;

/** See `ContractSuite`. */
export const contractSuite: ContractSuite = async (runner, options) => {
  const environment = suiteEnvironment();
  const folder = process.cwd();
  const laws = chosenLaws(options.laws);
  const settings = await readContractFiles(options.files ?? [], folder);
  const contracts = await suiteContracts(options, environment, folder);
  fitContracts(settings, contracts);
  const world = createWorld(options, environment);
  let results: ReadonlyMap<string, LawResult> = new Map();
  runner.beforeAll(
    async () => {
      results = await world.run(contracts, settings, laws);
    },
    (options.budgetMs ?? usualBudgetMs) + hookMs,
  );
  runner.afterAll(() => world.stop(), hookMs);
  for (const { module, semver, bindings } of contracts) {
    runner.describe(`${module} ${semver}`, () => {
      for (const { pattern, kind } of bindings) {
        runner.describe(pattern, () => {
          for (const law of laws.filter((each) => appliesTo(each, kind))) {
            runner.it(`${law.id} ${law.title}`, (context) =>
              judge(results.get(keyOf(pattern, law.id)), context, options),
            );
          }
        });
      }
    });
  }
};

function keyOf(pattern: string, law: string): string {
  return `${law} ${pattern}`;
}

/** Throws for a law that was broken, and for one that nothing proves. */
function judge(
  result: LawResult | undefined,
  context: TestContext,
  { inconclusive = "fail" }: SuiteOptions,
): void {
  if (result === undefined) throw failure(["the law was not tried"]);
  const { verdict, reason } = result;
  if (verdict === "pass") return;
  const isSkipped = verdict === "skipped" || verdict === "known-failing";
  if (isSkipped || (verdict === "inconclusive" && inconclusive === "skip")) {
    context.skip(plainText(reason ?? verdict));
    return;
  }
  const why = reason === null ? [] : [`${verdict}: ${plainText(reason)}`];
  const lines =
    result.failure === null ? [] : renderFailure(result.failure, null, { color: false });
  throw failure([...why, ...lines]);
}

function failure(lines: readonly string[]): Error {
  const error = new Error(lines.join("\n"));
  error.name = "ContractBroken";
  // Where the runner judged it is of no use to whoever mends the service.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** The server, the connections and the service of a suite. */
function createWorld(options: SuiteOptions, environment: SuiteEnvironment) {
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
    async run(
      contracts: readonly ContractUnderTest[],
      settings: ContractSettings,
      laws: readonly Law[],
    ): Promise<ReadonlyMap<string, LawResult>> {
      const url = options.nats ?? (await ownServer(options, environment, started)).url;
      // What the service does with its connection must not stop the tests.
      const service = await options.start(await connected(url), url);
      if (service !== undefined) started.push(() => service.stop());
      const report = await runContracts(await connected(url), contracts, {
        seed: options.seed ?? 1,
        settings,
        laws: laws.map((law) => law.id),
        environmentClass:
          options.environmentClass ?? (options.nats === undefined ? "ephemeral" : "production"),
        budgetMs: options.budgetMs ?? usualBudgetMs,
        ...(options.samples === undefined ? {} : { samples: options.samples }),
      });
      const bindings = report.modules.flatMap((module) => module.bindings);
      return new Map(
        bindings.flatMap(({ pattern, laws: all }) =>
          all.map((result) => [keyOf(pattern, result.law), result]),
        ),
      );
    },
    async stop() {
      for (const stop of started.toReversed()) await stop();
    },
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
