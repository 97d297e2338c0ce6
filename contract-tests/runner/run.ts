import type { NatsConnection } from "@nats-io/nats-core";
import type { Binding } from "../../registry/core/binding/binding.ts";
import { createGenerator } from "../../registry/core/samples/messages.ts";
import { runAccount } from "./account.ts";
import { createGate } from "./calls/calls.ts";
import { type ContractUnderTest, linkSchema } from "./contract.ts";
import { withKnownFailing } from "./known-failing/known-failing.ts";
import { unmatchedEntries } from "./known-failing/unmatched-entries.ts";
import { createKnownValues } from "./known-values.ts";
import { chosenAccountLaws } from "./laws.ts";
import { openRun, type RunSettings } from "./open-run.ts";
import { usedHere } from "./past-bindings.ts";
import { type BindingResult, type ModuleResult, type RunReport, totalsOf } from "./report.ts";
import { type Run, runBinding } from "./run-binding.ts";

export interface RunOptions extends RunSettings {
  /** Whether the contracts are all that there are, so that what they do not declare is undeclared. */
  readonly isWholeEstate?: boolean;
  /** What is declared beside the contracts, and not tested. */
  readonly alsoDeclared?: readonly Binding[];
  /** The day by which entries of what is known to fail are judged, as `2027-01-31`; today without it. */
  readonly today?: string;
  /** What the report says of how it was made. */
  readonly notes?: readonly string[];
  readonly onProgress?: (result: BindingResult, module: string) => void;
}

/** Modules at once. Their waiting overlaps; more would only compete for the processor. */
const modulesAtOnce = 4;

/**
 * Tests live services against contracts. Rejects when the connection fails, or for laws that do
 * not exist; whatever a service does is part of the report.
 */
export async function runContracts(
  nc: NatsConnection,
  wanted: readonly ContractUnderTest[],
  options: RunOptions,
): Promise<RunReport> {
  const startedAt = new Date();
  const isWholeEstate = options.isWholeEstate ?? false;
  const run = await openRun(nc, wanted, options);
  const { contracts, notes: untested } = await usedHere(nc, wanted, run.endpoints);
  const atOnce = createGate(modulesAtOnce);
  const judged = await Promise.all(
    contracts.map((contract) => atOnce(() => runModule(run, contract, options))),
  ).finally(run.observation.stop);
  const known = run.settings.knownFailing;
  const today = options.today ?? startedAt.toISOString().slice(0, "2027-01-31".length);
  const notes = [...(options.notes ?? []), ...untested];
  const shown = await runAccount(chosenAccountLaws(options.laws), {
    nc,
    contracts,
    declared: [...contracts.flatMap(({ bindings }) => bindings), ...(options.alsoDeclared ?? [])],
    isWholeEstate,
    endpoints: run.endpoints,
    modules: judged,
    heard: run.observation.of,
  });
  const tried = { modules: judged, account: shown };
  const { modules, account } = withKnownFailing(tried, known, today);
  return {
    formatVersion: 2,
    runId: run.runId,
    seed: run.seed,
    environmentClass: run.environmentClass,
    ...(notes.length === 0 ? {} : { notes }),
    laws: [...run.laws, ...chosenAccountLaws(options.laws)].map((law) => law.id),
    modules,
    account: [...account, ...unmatchedEntries(tried, known, { today, isWholeEstate })],
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

/** What reads find what writes have left, and events follow from both. */
function writesFirst(bindings: readonly Binding[]): Binding[] {
  const rank = (binding: Binding) =>
    binding.kind === "event" ? 2 : binding.idempotency === "no_side_effects" ? 1 : 0;
  return bindings.toSorted((a, b) => rank(a) - rank(b));
}
