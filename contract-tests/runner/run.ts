import { type NatsConnection, nuid } from "@nats-io/nats-core";
import type { Binding, EventBinding } from "../../registry/core/binding/binding.ts";
import { createGenerator } from "../../registry/core/samples/messages.ts";
import { runAccount } from "./account.ts";
import { createGate } from "./calls.ts";
import { type ContractUnderTest, linkSchema } from "./contract.ts";
import { discover } from "./discovery.ts";
import { createKnownValues } from "./known-values.ts";
import { chosenAccountLaws, chosenLaws } from "./laws.ts";
import { observe } from "./observation.ts";
import { createPace } from "./pace.ts";
import { type BindingResult, type ModuleResult, type RunReport, totalsOf } from "./report.ts";
import { type Run, runBinding } from "./run-binding.ts";
import { type EnvironmentClass, requestsPerSecond } from "./safety.ts";
import { type ContractSettings, noSettings } from "./settings.ts";

export interface RunOptions {
  readonly seed: number;
  /** Samples of the laws that take random ones; never fewer than each law's minimum. */
  readonly samples?: number;
  /** The ids of the laws to try: all without it. */
  readonly laws?: readonly string[];
  /** What the run may do: everything without it. */
  readonly environmentClass?: EnvironmentClass;
  /** Milliseconds that the run may take: what was not reached by then is inconclusive. */
  readonly budgetMs?: number;
  /** Whether the contracts are all that there are, so that what they do not declare is undeclared. */
  readonly isWholeEstate?: boolean;
  /** What contract files say. */
  readonly settings?: ContractSettings;
  readonly onProgress?: (result: BindingResult, module: string) => void;
}

/** Modules at once. Their waiting overlaps; more would only compete for the processor. */
const modulesAtOnce = 4;
/** Longer than any run against services that answer, and an end for those that never do. */
const usualBudgetMs = 10 * 60_000;

/**
 * Tests live services against contracts. Rejects when the connection fails, or for laws that do
 * not exist; whatever a service does is part of the report.
 */
export async function runContracts(
  nc: NatsConnection,
  contracts: readonly ContractUnderTest[],
  options: RunOptions,
): Promise<RunReport> {
  const startedAt = new Date();
  const environmentClass = options.environmentClass ?? "ephemeral";
  const run: Run = {
    nc,
    seed: options.seed,
    samples: options.samples ?? 0,
    laws: chosenLaws(options.laws),
    environmentClass,
    settings: options.settings ?? noSettings,
    runId: nuid.next(),
    gate: createGate(),
    pace: createPace(requestsPerSecond[environmentClass]),
    endsAt: performance.now() + (options.budgetMs ?? usualBudgetMs),
    replay: null,
    endpoints: await discover(nc),
    observation: await observe(nc, eventsOf(contracts)),
  };
  const atOnce = createGate(modulesAtOnce);
  const modules = await Promise.all(
    contracts.map((contract) => atOnce(() => runModule(run, contract, options))),
  ).finally(run.observation.stop);
  const account = await runAccount(chosenAccountLaws(options.laws), {
    nc,
    contracts,
    isWholeEstate: options.isWholeEstate ?? false,
    endpoints: run.endpoints,
    modules,
    heard: run.observation.of,
  });
  return {
    formatVersion: 2,
    runId: run.runId,
    seed: run.seed,
    environmentClass: run.environmentClass,
    laws: [...run.laws, ...chosenAccountLaws(options.laws)].map((law) => law.id),
    modules,
    account,
    totals: totalsOf(modules),
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
  };
}

async function runModule(
  run: Run,
  contract: ContractUnderTest,
  { onProgress }: RunOptions,
): Promise<ModuleResult> {
  const { module, semver, digest } = contract;
  const schema = linkSchema(contract.descriptors);
  const known = createKnownValues();
  const bindings: BindingResult[] = [];
  for (const binding of writesFirst(contract.bindings)) {
    const generator = createGenerator(schema, Date.now());
    const result = await runBinding(run, { contract, generator, known }, binding);
    bindings.push(result);
    onProgress?.(result, module);
  }
  return { module, semver, digest, bindings };
}

function eventsOf(contracts: readonly ContractUnderTest[]): EventBinding[] {
  return contracts
    .flatMap((contract) => contract.bindings)
    .filter((binding) => binding.kind === "event");
}

/** What reads find what writes have left, and events follow from both. */
function writesFirst(bindings: readonly Binding[]): Binding[] {
  const rank = (binding: Binding) =>
    binding.kind === "event" ? 2 : binding.idempotency === "no_side_effects" ? 1 : 0;
  return bindings.toSorted((a, b) => rank(a) - rank(b));
}
