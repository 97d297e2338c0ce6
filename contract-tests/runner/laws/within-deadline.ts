import type { Message } from "@bufbuild/protobuf";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { createLagWatch, type LagWatch } from "../calls/lag-watch.ts";
import { chanceOfAtLeast, quantile } from "../calls/quantile.ts";
import { type CaseResult, findBroken, findingFrom, type PropertyResult } from "../property.ts";
import type { Evidence } from "../report.ts";
import { requestsOf } from "./granting.ts";
import type { Probe, RequestBench, RequestLaw } from "./law.ts";
import { failureOf, jsonOf, messageFrom, probeOf } from "./probing.ts";

/** An answer that is late once may be the machine's fault; one that is late so often in a row is not. */
const attempts = 4;
/** Measurements in a row that this process may have disturbed itself before a case is given up. */
const mostDisturbed = 3;
/** A deadline is for all but one answer in a hundred. */
const lateShare = 0.01;
/** As many late answers as would come by chance once in a thousand runs are no chance. */
const tooUnlikely = 0.001;

/** One timed request. */
interface Timed {
  readonly probe: Probe;
  readonly ms: number;
}

/** What came of a series of timed requests, sent one after the other. */
interface Series {
  readonly timed: readonly Timed[];
  /** Cases in which this process was too busy to look. */
  readonly untimed: number;
  readonly result: PropertyResult;
}

/** A valid request is answered, with a reply or an error, before its deadline. */
export const withinDeadline: RequestLaw = {
  id: "R6",
  title: "answers before its deadline",
  minimum: 30,
  on: "request",
  effect: "calls",
  async check(bench) {
    const wanted = Math.max(bench.samples, bench.settings.latency?.minimumSamples ?? 0);
    const first = await series(bench, bench.seed, wanted);
    // Whatever is wrong with a whole series is so again, if it is the service that is slow.
    const isOpen = bench.calls.replay !== null || problemOf(bench, first.timed) !== null;
    const isSuspect = first.result.kind === "kept" && isOpen;
    const last = isSuspect ? await series(bench, bench.seed + 1, wanted) : first;
    const samples = last.timed.length;
    const evidence = evidenceOf(bench, last);
    if (last.result.kind !== "kept") return findingFrom(last.result, samples, evidence);
    if (bench.calls.replay === null && samples < wanted) {
      const reason = `only ${samples} of ${wanted} answers could be timed, because this machine was too busy`;
      return { verdict: "inconclusive", samples, evidence, reason };
    }
    const problem = problemOf(bench, last.timed);
    if (problem === null) return { verdict: "pass", samples, evidence };
    const { probe } = problem.example;
    const failure = failureOf(bench, probe, problem.summary, timesOf(last.timed));
    return { verdict: "fail", samples, evidence, failure };
  },
};

async function series(bench: RequestBench, seed: number, cases: number): Promise<Series> {
  const lag = createLagWatch();
  const timed: Timed[] = [];
  let untimed = 0;
  const messages = requestsOf(bench, { generator: bench.generator, desc: bench.input });
  const fromBytes = (payload: Uint8Array) => messageFrom(bench, payload);
  // Each case is several attempts already.
  const search = { seed, cases, calls: bench.calls, repeats: 1, fromBytes };
  try {
    const result = await findBroken(messages, search, async (message): Promise<CaseResult> => {
      const isValid = judge(bench.generator.schema, bench.input, message).kind === "valid";
      const probe = isValid ? probeOf(bench, message) : null;
      if (probe === null) return { kind: "void" };
      const ms = await timeOf(bench, probe, lag);
      if (ms === null) untimed++;
      else timed.push({ probe, ms });
      return keepsDeadline(bench, message, probe, ms, lag);
    });
    return { timed, untimed, result };
  } finally {
    lag.stop();
  }
}

async function keepsDeadline(
  bench: RequestBench,
  message: Message,
  probe: Probe,
  firstMs: number | null,
  lag: LagWatch,
): Promise<CaseResult> {
  const { deadlineMs } = bench.binding;
  const times: number[] = [];
  for (let ms = firstMs; ; ms = await timeOf(bench, probe, lag)) {
    if (ms === null || ms <= deadlineMs)
      return { kind: "kept", shown: () => jsonOf(bench, message) };
    times.push(ms);
    if (times.length === attempts) break;
  }
  const answer = `answers after ${times.map(rounded).join(", ")} ms, one after the other`;
  const summary = `an answer must come within ${deadlineMs} ms`;
  return { kind: "broken", symptom: "late", failure: failureOf(bench, probe, summary, answer) };
}

/** Milliseconds until the answer, whatever it says; null when nobody is there, or nobody could look. */
async function timeOf(bench: RequestBench, probe: Probe, lag: LagWatch): Promise<number | null> {
  for (let attempt = 0; attempt < mostDisturbed; attempt++) {
    lag.reset();
    const reply = await bench.calls.call(probe.subject, probe.payload);
    const lostMs = lag.lostMs();
    if (reply.kind === "no-responders") return null;
    if (reply.kind === "timeout") return reply.afterMs;
    // Taken where it is sent and received: waiting for a turn is not the service's time.
    const [sent, received] = bench.calls.trace.exchanges().slice(-2);
    const ms = (received?.atMs ?? 0) - (sent?.atMs ?? 0);
    const { deadlineMs } = bench.binding;
    if (ms <= deadlineMs || ms - lostMs > deadlineMs) return ms;
  }
  return null;
}

interface Problem {
  readonly summary: string;
  /** The smallest request of those that took too long. */
  readonly example: Timed;
}

/** What many answers show that one does not: too many late ones, or a budget that is not kept. */
function problemOf({ binding, settings }: RequestBench, timed: readonly Timed[]): Problem | null {
  const { deadlineMs } = binding;
  const late = timed.filter(({ ms }) => ms > deadlineMs);
  if (chanceOfAtLeast(late.length, timed.length, lateShare) < tooUnlikely) {
    const summary = `an answer must come within ${deadlineMs} ms; ${late.length} of ${timed.length} did not`;
    return problem(late, summary);
  }
  const sorted = sortedTimes(timed);
  const { latency } = settings;
  const budgets = [
    ["p50", 0.5, latency?.p50Ms],
    ["p95", 0.95, latency?.p95Ms],
    ["p99", 0.99, latency?.p99Ms],
  ] as const;
  for (const [name, share, budget] of budgets) {
    const ms = quantile(sorted, share);
    if (budget === undefined || !(ms > budget)) continue;
    const summary = `${name} must be within ${budget} ms, and is ${rounded(ms)} ms of ${timed.length} answers`;
    return problem(
      timed.filter((each) => each.ms > budget),
      summary,
    );
  }
  return null;
}

function problem(slow: readonly Timed[], summary: string): Problem | null {
  const [example] = slow.toSorted((a, b) => a.probe.payload.length - b.probe.payload.length);
  return example === undefined ? null : { summary, example };
}

function evidenceOf({ binding }: RequestBench, { timed, untimed }: Series): Evidence {
  const sorted = sortedTimes(timed);
  if (sorted.length === 0) return { deadlineMs: binding.deadlineMs, untimed };
  return {
    deadlineMs: binding.deadlineMs,
    p50Ms: rounded(quantile(sorted, 0.5)),
    p95Ms: rounded(quantile(sorted, 0.95)),
    p99Ms: rounded(quantile(sorted, 0.99)),
    late: sorted.filter((ms) => ms > binding.deadlineMs).length,
    untimed,
  };
}

function timesOf(timed: readonly Timed[]): string {
  const sorted = sortedTimes(timed);
  const at = (share: number) => `${rounded(quantile(sorted, share))} ms`;
  return `answers with p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}`;
}

function sortedTimes(timed: readonly Timed[]): number[] {
  return timed.map(({ ms }) => ms).sort((a, b) => a - b);
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
