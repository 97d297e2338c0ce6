import { type NatsConnection, nuid } from "@nats-io/nats-core";
import type { EventBinding } from "../../registry/core/binding/binding.ts";
import { createGate } from "./calls/calls.ts";
import { createPace } from "./calls/pace.ts";
import type { ContractUnderTest } from "./contract.ts";
import { discover } from "./discovery.ts";
import { chosenLaws } from "./laws.ts";
import { observe } from "./observation.ts";
import type { ReplayedCase } from "./replay/replayed-case.ts";
import type { Run } from "./run-binding.ts";
import { type EnvironmentClass, requestsPerSecond } from "./safety.ts";
import { type ContractSettings, noSettings } from "./settings.ts";

/** What a run or a replay is told. */
export interface RunSettings {
  readonly seed: number;
  /** Samples of the laws that take random ones; never fewer than each law's minimum. */
  readonly samples?: number;
  /** The ids of the laws to try: all without it. */
  readonly laws?: readonly string[];
  /** What the run may do: everything without it. */
  readonly environmentClass?: EnvironmentClass;
  /** Milliseconds that the run may take, ten minutes without it: what was not reached by then is inconclusive. */
  readonly budgetMs?: number;
  /** What contract files say. */
  readonly settings?: ContractSettings;
}

/** Longer than any run against services that answer, and an end for those that never do. */
const usualBudgetMs = 10 * 60_000;

/** Finds what is live, and begins to listen. Whoever opens a run stops its observation. */
export async function openRun(
  nc: NatsConnection,
  contracts: readonly ContractUnderTest[],
  options: RunSettings,
  replay: ReplayedCase | null = null,
): Promise<Run> {
  const environmentClass = options.environmentClass ?? "ephemeral";
  return {
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
    replay,
    endpoints: await discover(nc),
    observation: await observe(nc, eventsOf(contracts)),
  };
}

function eventsOf(contracts: readonly ContractUnderTest[]): EventBinding[] {
  return contracts
    .flatMap((contract) => contract.bindings)
    .filter((binding) => binding.kind === "event");
}
