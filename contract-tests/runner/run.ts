import { type NatsConnection, nuid } from "@nats-io/nats-core";
import type { Binding, RequestBinding } from "../../registry/core/binding/binding.ts";
import { createGenerator, type Generator } from "../../registry/core/samples/messages.ts";
import { Unsatisfiable } from "../../registry/core/samples/values/unsatisfiable.ts";
import { BudgetSpent, type Calls, createCalls, createGate, type Gate } from "./calls.ts";
import { type ContractUnderTest, linkSchema, messageType } from "./contract.ts";
import { discover, evidenceKindOf, type LiveEndpoint } from "./discovery.ts";
import { createKnownValues, type KnownValues } from "./known-values.ts";
import { acceptValid } from "./laws/accept-valid.ts";
import type { Bench, Finding, Law } from "./laws/law.ts";
import { malformed } from "./laws/malformed.ts";
import { rejectInvalid } from "./laws/reject-invalid.ts";
import { served } from "./laws/served.ts";
import { singleDelivery } from "./laws/single-delivery.ts";
import {
  type BindingResult,
  type LawResult,
  type ModuleResult,
  type RunReport,
  type SkippedBinding,
  totalsOf,
  worstOf,
} from "./report.ts";
import { subscriptionOf } from "./subjects.ts";

/** All laws, in the order that they are tried. A new one is a file and a line here. */
export const laws: readonly Law[] = [served, acceptValid, rejectInvalid, malformed, singleDelivery];

export interface RunOptions {
  readonly seed: number;
  /** Samples of the laws that take random ones; never fewer than each law's minimum. */
  readonly samples?: number;
  /** The ids of the laws to try: all without it. */
  readonly laws?: readonly string[];
  readonly onProgress?: (result: BindingResult, module: string) => void;
}

/**
 * Calls for one binding: all laws take about 80, or 500 where most valid requests are refused, and
 * shrinking a failure some hundred more. More samples have room on top.
 */
const callsPerBinding = 1500;
/** A busy machine is not a broken contract; whether deadlines are kept is another law's question. */
const leastTimeoutMs = 2000;
/** Modules at once. Their waiting overlaps; more would only compete for the processor. */
const modulesAtOnce = 4;
/** Room for headers in the largest payload that the server takes. */
const headerRoom = 1024;

/**
 * Tests live services against contracts. Rejects when the connection fails, or for laws that do
 * not exist; whatever a service does is part of the report.
 */
export async function runContracts(
  nc: NatsConnection,
  contracts: readonly ContractUnderTest[],
  options: RunOptions,
): Promise<RunReport> {
  const startedAt = performance.now();
  const run: Run = {
    nc,
    options,
    laws: chosenLaws(options.laws),
    runId: nuid.next(),
    gate: createGate(),
    endpoints: await discover(nc),
  };
  const atOnce = createGate(modulesAtOnce);
  const modules = await Promise.all(
    contracts.map((contract) => atOnce(() => runModule(run, contract))),
  );
  const skipped = contracts.flatMap(skippedOf);
  return {
    formatVersion: 1,
    runId: run.runId,
    seed: options.seed,
    laws: run.laws.map((law) => law.id),
    modules,
    skipped,
    totals: totalsOf(modules, skipped),
    durationMs: Math.round(performance.now() - startedAt),
  };
}

interface Run {
  readonly nc: NatsConnection;
  readonly options: RunOptions;
  readonly laws: readonly Law[];
  readonly runId: string;
  readonly gate: Gate;
  readonly endpoints: readonly LiveEndpoint[];
}

function chosenLaws(ids: readonly string[] | undefined): readonly Law[] {
  if (ids === undefined) return laws;
  const known = laws.map((law) => law.id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new Error(`There is no law ${unknown.join(", ")}; the laws are ${known.join(", ")}.`);
  }
  return laws.filter((law) => ids.includes(law.id));
}

function skippedOf({ module, bindings }: ContractUnderTest): SkippedBinding[] {
  return bindings
    .filter((binding) => binding.kind !== "request")
    .map(({ pattern, kind }) => ({ module, pattern, kind, reason: "not covered yet" }));
}

async function runModule(run: Run, contract: ContractUnderTest): Promise<ModuleResult> {
  const { module, semver, digest } = contract;
  const schema = linkSchema(contract.descriptors);
  const known = createKnownValues();
  const bindings: BindingResult[] = [];
  for (const binding of writesFirst(contract.bindings)) {
    const generator = createGenerator(schema, Date.now());
    const result = await runBinding(run, generator, known, binding);
    bindings.push(result);
    run.options.onProgress?.(result, module);
  }
  return { module, semver, digest, bindings };
}

/** What reads find what writes have left: a service with a memory can then answer. */
function writesFirst(bindings: readonly Binding[]): RequestBinding[] {
  const requests = bindings.filter((binding) => binding.kind === "request");
  const isRead = (binding: RequestBinding) => binding.idempotency === "no_side_effects";
  return [...requests.filter((each) => !isRead(each)), ...requests.filter(isRead)];
}

async function runBinding(
  run: Run,
  generator: Generator,
  known: KnownValues,
  binding: RequestBinding,
): Promise<BindingResult> {
  const subject = subscriptionOf(binding);
  const endpoints = run.endpoints.filter((endpoint) => endpoint.subject === subject);
  const calls = createCalls(run.nc, {
    runId: run.runId,
    timeoutMs: Math.max(binding.deadlineMs, leastTimeoutMs),
    budget: callsPerBinding + 4 * (run.options.samples ?? 0),
    gate: run.gate,
  });
  const isLive = endpoints.length > 0 || (await answers(calls, subject));
  const results: LawResult[] = [];
  for (const law of run.laws) {
    if (!isLive) {
      results.push(
        resultOf(law, {
          verdict: "inconclusive",
          samples: 0,
          evidence: {},
          reason: "nothing is live",
        }),
      );
      continue;
    }
    const bench: Bench = {
      binding,
      generator,
      input: messageType(generator.schema, binding.messageType),
      output: messageType(generator.schema, binding.replyType),
      endpoints,
      calls,
      known,
      seed: seedOf(run.options.seed, `${binding.rpc} ${law.id}`),
      samples: Math.max(law.minimum, run.options.samples ?? 0),
      maxPayload: (run.nc.info?.max_payload ?? 1024 * 1024) - headerRoom,
    };
    results.push(resultOf(law, await findingOf(law, bench)));
  }
  return {
    pattern: binding.pattern,
    kind: binding.kind,
    rpc: binding.rpc,
    place: binding.place,
    verdict: worstOf(results.map((each) => each.verdict)),
    evidence: isLive ? evidenceKindOf(endpoints) : null,
    instances: new Set(endpoints.map((each) => each.instance)).size,
    calls: calls.made,
    laws: results,
  };
}

/** Whether somebody is subscribed, though nobody says so in `$SRV.INFO`. */
async function answers(calls: Calls, wildcard: string): Promise<boolean> {
  const reply = await calls.call(wildcard.replaceAll("*", "probe"), new Uint8Array());
  return reply.kind !== "no-responders";
}

async function findingOf(law: Law, bench: Bench): Promise<Finding> {
  try {
    const finding = await law.check(bench);
    const limits = [...bench.generator.limits];
    if (finding.verdict !== "pass" || limits.length === 0) return finding;
    return { ...finding, verdict: "inconclusive", reason: `left out: ${limits.join("; ")}` };
  } catch (error) {
    if (!(error instanceof Unsatisfiable || error instanceof BudgetSpent)) throw error;
    const reason =
      error instanceof BudgetSpent
        ? error.message
        : `no valid request can be made: ${error.message}`;
    return { verdict: "inconclusive", samples: 0, evidence: {}, reason };
  }
}

function resultOf(law: Law, finding: Finding): LawResult {
  const isThin = finding.verdict === "pass" && finding.samples < law.minimum;
  return {
    law: law.id,
    title: law.title,
    verdict: isThin ? "inconclusive" : finding.verdict,
    samples: finding.samples,
    minimum: law.minimum,
    reason: isThin
      ? `${finding.samples} samples, and ${law.minimum} are needed`
      : "reason" in finding
        ? finding.reason
        : null,
    evidence: finding.evidence,
    failure: finding.verdict === "fail" ? finding.failure : null,
  };
}

/** FNV-1a: each law on each binding has cases of its own, whatever else is in the run. */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash | 0;
}
