import type { NatsConnection } from "@nats-io/nats-core";
import type { Binding, EventBinding } from "../../registry/core/binding/binding.ts";
import { ruleTargets } from "../../registry/core/samples/breaking/targets.ts";
import type { Generator } from "../../registry/core/samples/messages.ts";
import { Unsatisfiable } from "../../registry/core/samples/values/unsatisfiable.ts";
import { holdsSensitive } from "./calls/answers.ts";
import {
  BudgetSpent,
  type Calls,
  createCalls,
  endsLaw,
  type Gate,
  timeIsOver,
} from "./calls/calls.ts";
import type { Pace } from "./calls/pace.ts";
import { createTrace } from "./calls/trace.ts";
import { type ContractUnderTest, messageType } from "./contract.ts";
import { type Coverage, createCoverage } from "./coverage.ts";
import { buildsOf, evidenceKindOf, type LiveEndpoint, weakestOf } from "./discovery.ts";
import { unlessRefused } from "./events/unless-refused.ts";
import type { KnownValues } from "./known-values.ts";
import {
  type EventBench,
  type Finding,
  type Law,
  nothing,
  type RequestBench,
  type RpcBench,
  type StreamingBench,
} from "./laws/law.ts";
import { nameOf } from "./laws/reject-invalid.ts";
import { appliesTo } from "./laws.ts";
import type { Observation } from "./observation.ts";
import { bringIntoStates } from "./provider-states.ts";
import type { ReplayedCase } from "./replay/replayed-case.ts";
import { type BindingResult, type EvidenceKind, type LawResult, worstOf } from "./report.ts";
import { type EnvironmentClass, reasonNotTo } from "./safety.ts";
import type { ContractSettings } from "./settings.ts";
import { createHabits } from "./streams/habits.ts";
import { subscriptionOf } from "./subjects.ts";

/** What all bindings of a run share. */
export interface Run {
  readonly nc: NatsConnection;
  readonly seed: number;
  readonly samples: number;
  readonly laws: readonly Law[];
  readonly environmentClass: EnvironmentClass;
  readonly settings: ContractSettings;
  readonly runId: string;
  readonly gate: Gate;
  readonly pace: Pace;
  /** As of `performance.now()`; Infinity for a run without an end. */
  readonly endsAt: number;
  /** The only case to try, or null in a usual run. */
  readonly replay: ReplayedCase | null;
  readonly endpoints: readonly LiveEndpoint[];
  readonly observation: Observation;
}

/** What all bindings of a module share. */
export interface ModuleBench {
  readonly contract: ContractUnderTest;
  readonly generator: Generator;
  readonly known: KnownValues;
}

/**
 * Calls for one binding: all laws take about 120, or 500 where most valid requests are refused, and
 * shrinking a failure some hundred more. More samples have room on top.
 */
const callsPerBinding = 1500;
/** A busy machine is not a broken contract; whether deadlines are kept is another law's question. */
const leastTimeoutMs = 2000;
/** For a law to end at the end of the time: as long as its last call may wait, and a little. */
const lastWordMs = leastTimeoutMs + 1000;
/** What a timer can wait for. */
const longestTimerMs = 2 ** 31 - 1;
const nobodySaysSo =
  "nobody says in $SRV.INFO that it is live, and it may not be called here to see";
/** Room for headers in the largest payload that the server takes. */
const headerRoom = 1024;

/** Tries every law that speaks of a binding. */
export async function runBinding(
  run: Run,
  module: ModuleBench,
  binding: Binding,
): Promise<BindingResult> {
  const input = messageType(module.generator.schema, binding.messageType);
  const rules = [...ruleTargets(module.generator, input)].map(nameOf);
  const coverage = createCoverage(input, rules);
  coverage.version(module.contract.semver);
  const { laws, ...answered } =
    binding.kind === "event"
      ? await runEvent(run, module, binding, coverage)
      : await runRpc(run, module, binding, coverage);
  return {
    pattern: binding.pattern,
    kind: binding.kind,
    element: elementOf(binding),
    place: binding.place,
    // No law of those that were chosen speaks of it.
    verdict: laws.length === 0 ? "skipped" : worstOf(laws.map((each) => each.verdict)),
    ...answered,
    coverage: coverage.counts(),
    laws,
  };
}

type Answered = Pick<BindingResult, "evidence" | "instances" | "builds" | "calls" | "laws">;

async function runRpc(
  run: Run,
  module: ModuleBench,
  binding: RpcBench["binding"],
  coverage: Coverage,
): Promise<Answered> {
  const { generator } = module;
  const subject = subscriptionOf(binding);
  const endpoints = run.endpoints.filter((endpoint) => endpoint.subject === subject);
  const input = messageType(generator.schema, binding.messageType);
  const output = messageType(generator.schema, binding.replyType);
  const calls = createCalls(run.nc, {
    runId: run.runId,
    timeoutMs: Math.max(binding.deadlineMs, leastTimeoutMs),
    budget: callsPerBinding + 4 * run.samples,
    gate: run.gate,
    pace: run.pace,
    trace: createTrace({ sent: !holdsSensitive(input), received: !holdsSensitive(output) }),
    replay: run.replay,
    endsAt: run.endsAt,
  });
  const mayCall = reasonNotTo("calls", binding.idempotency, run.environmentClass) === null;
  const isLive = endpoints.length > 0 || (mayCall && (await answers(calls, subject)));
  const unreached =
    isLive && mayCall ? await bringIntoStates({ run, module, calls }, binding.pattern) : null;
  const bench = {
    ...commonOf(run, module, binding, coverage),
    binding,
    input,
    output,
    endpoints,
    calls,
    known: module.known,
    habits: createHabits(),
    maxPayload: (run.nc.info?.max_payload ?? 1024 * 1024) - headerRoom,
  };
  const laws: LawResult[] = [];
  for (const law of run.laws.filter((each) => appliesTo(each, binding.kind))) {
    const startedAt = performance.now();
    const own = { ...bench, ...samplingOf(run, law, binding) };
    const reason = reasonNotTo(law.effect, binding.idempotency, run.environmentClass);
    const finding: Finding = !isLive
      ? nothing("inconclusive", mayCall ? "nothing is live" : nobodySaysSo)
      : reason !== null
        ? nothing("skipped", reason)
        : unreached !== null && law.effect !== "observes"
          ? nothing("inconclusive", unreached)
          : await findingOf(run, own, () => checkRpc(law, own));
    laws.push(resultOf(law, ofRun(run, own.seed, module.known.conceal(finding)), startedAt));
  }
  return {
    evidence: isLive ? evidenceKindOf(endpoints) : null,
    instances: new Set(endpoints.map((each) => each.instance)).size,
    builds: buildsOf(endpoints),
    calls: calls.made,
    laws,
  };
}

function checkRpc(law: Law, bench: RpcBench): Promise<Finding> {
  // `appliesTo` has chosen the law by the binding's kind.
  if (law.on === "rpc") return law.check(bench);
  if (law.on === "request") return law.check(bench as RequestBench);
  if (law.on === "streaming") return law.check(bench as StreamingBench);
  throw new Error(`${law.id} does not speak of rpcs`);
}

async function runEvent(
  run: Run,
  module: ModuleBench,
  binding: EventBinding,
  coverage: Coverage,
): Promise<Answered> {
  const message = messageType(module.generator.schema, binding.messageType);
  const isShown = !holdsSensitive(message);
  const calls = createCalls(run.nc, {
    runId: run.runId,
    timeoutMs: leastTimeoutMs,
    budget: callsPerBinding + 4 * run.samples,
    gate: run.gate,
    pace: run.pace,
    trace: createTrace({ sent: isShown, received: isShown }),
    replay: run.replay,
    endsAt: run.endsAt,
  });
  const heard = run.observation.of(binding);
  const bench = { ...commonOf(run, module, binding, coverage), binding, message, calls, heard };
  const laws: LawResult[] = [];
  const publishers = new Set<EvidenceKind>();
  for (const law of run.laws) {
    if (law.on !== "event") continue;
    const startedAt = performance.now();
    const own: EventBench = { ...bench, ...samplingOf(run, law, binding) };
    const reason = reasonNotTo(law.effect, "unknown", run.environmentClass);
    const finding =
      reason === null
        ? await findingOf(run, own, () => unlessRefused(run.nc, () => law.check(own)))
        : nothing("skipped", reason);
    if (finding.publishedBy !== undefined) publishers.add(finding.publishedBy);
    laws.push(resultOf(law, ofRun(run, own.seed, finding), startedAt));
  }
  const served = run.endpoints.filter((each) => each.module === module.contract.module);
  const isSeen = laws.some((each) => each.samples > 0);
  const evidence = isSeen ? weakestOf([...publishers, evidenceKindOf(served)]) : null;
  return { evidence, instances: 0, builds: [], calls: calls.made, laws };
}

function commonOf(
  run: Run,
  { contract, generator }: ModuleBench,
  binding: Binding,
  coverage: Coverage,
) {
  return {
    nc: run.nc,
    runId: run.runId,
    contract,
    generator,
    settings: run.settings.subjects.get(binding.pattern) ?? {},
    coverage,
    environmentClass: run.environmentClass,
  };
}

function samplingOf(run: Run, law: Law, binding: Binding) {
  return {
    seed: lawSeed(run.seed, binding, law.id),
    samples: Math.max(law.minimum, run.samples),
  };
}

/** The seed of a law's first search on a binding; the others have the numbers that follow. */
export function lawSeed(runSeed: number, binding: Binding, law: string): number {
  return seedOf(runSeed, `${elementOf(binding)} ${law}`);
}

function elementOf(binding: Binding): string {
  return binding.kind === "event" ? binding.messageType : binding.rpc;
}

/** A finding whose replay counts from the seed of the run, which is what a user knows. */
function ofRun(run: Run, lawsSeed: number, finding: Finding): Finding {
  if (!("failure" in finding) || finding.failure.replay === null) return finding;
  const { seed, path, ...rest } = finding.failure.replay;
  const replay = { ...rest, seed: run.seed, path: `${seed - lawsSeed}/${path}` };
  return { ...finding, failure: { ...finding.failure, replay } };
}

/** Whether somebody is subscribed, though nobody says so in `$SRV.INFO`. */
async function answers(calls: Calls, wildcard: string): Promise<boolean> {
  try {
    const reply = await calls.call(wildcard.replaceAll("*", "probe"), new Uint8Array());
    return reply.kind !== "no-responders";
  } catch (error) {
    // Each law says so by itself.
    if (endsLaw(error)) return true;
    throw error;
  }
}

async function findingOf(
  run: Pick<Run, "endsAt">,
  { generator }: Pick<RpcBench, "generator">,
  check: () => Promise<Finding>,
): Promise<Finding> {
  try {
    const finding = await before(run.endsAt, check);
    const limits = [...generator.limits];
    if (finding.verdict !== "pass" || limits.length === 0) return finding;
    return { ...finding, verdict: "inconclusive", reason: `left out: ${limits.join("; ")}` };
  } catch (error) {
    if (endsLaw(error)) return nothing("inconclusive", error.message);
    if (!(error instanceof Unsatisfiable)) throw error;
    return nothing("inconclusive", `no valid message can be made: ${error.message}`);
  }
}

/**
 * Rejects with `BudgetSpent` when the time is over, whatever the law waits for. One that has found
 * something may still say so, because its next call is refused.
 */
async function before<T>(endsAt: number, work: () => Promise<T>): Promise<T> {
  const leftMs = endsAt - performance.now();
  if (leftMs <= 0) throw new BudgetSpent(timeIsOver);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new BudgetSpent(timeIsOver));
    timer = setTimeout(end, Math.min(leftMs + lastWordMs, longestTimerMs));
  });
  try {
    return await Promise.race([work(), over]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What a report says of a finding: too few samples are no evidence.
 * @param startedAt as of `performance.now()`
 */
export function resultOf(
  law: Pick<Law, "id" | "title" | "minimum">,
  finding: Finding,
  startedAt: number,
): LawResult {
  const isThin = finding.verdict === "pass" && finding.samples < law.minimum;
  return {
    law: law.id,
    title: law.title,
    verdict: isThin ? "inconclusive" : finding.verdict,
    samples: finding.samples,
    minimum: law.minimum,
    durationMs: Math.round(performance.now() - startedAt),
    reason: isThin
      ? `${finding.samples} samples, and ${law.minimum} are needed`
      : "reason" in finding
        ? finding.reason
        : null,
    evidence: finding.evidence,
    failure: "failure" in finding ? finding.failure : null,
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
