import type { Message } from "@bufbuild/protobuf";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { type CaseResult, findBroken, type PropertyResult } from "../property.ts";
import type { Evidence } from "../report.ts";
import { listen, planOf, type StreamBench } from "../streams/listen.ts";
import type { StreamPlan } from "../streams/stream-plan.ts";
import { describeTranscript, type Transcript } from "../streams/transcript.ts";
import { requestsOf } from "./granting.ts";
import type { Finding, Probe } from "./law.ts";
import { failureOf, isRefusal, jsonOf, messageFrom, probeOf } from "./probing.ts";

/** What is wrong with a stream. Two with the same symptom have the same cause, most likely. */
export interface StreamFault {
  readonly symptom: string;
  readonly summary: string;
  /** A busy machine can do it too, so that it counts only when it comes each time. */
  readonly isOfTime?: true;
}

/** A law that looks at streams one by one. */
export interface StreamJudge {
  readonly plan?: Partial<StreamPlan>;
  fault(transcript: Transcript): StreamFault | null;
  /** Whether a stream is evidence when nothing is wrong with it. */
  isEvidence(transcript: Transcript, probe: Probe): boolean;
  /** As in "10 streams …": `with at least two frames`. */
  readonly needed: string;
  /** It looks at how streams end: none is read for long again where another law has waited in vain. */
  readonly isOfEnds?: true;
}

/** What was seen of the streams of one law. */
export interface Seen {
  readonly samples: number;
  readonly evidence: Evidence;
  /** Streams that were cut off before their end. */
  readonly cut: number;
  /** Streams that ended with an error after some frames. */
  readonly failedMidway: number;
  readonly result: PropertyResult;
}

/** Rounds of as many cases as are wanted, for services whose streams are seldom evidence. */
const rounds = 6;
/** So many without any evidence, and there will be none. */
const hopelessRounds = 3;
/** How often more a stream may be late until it is so by itself. */
const attemptsInTime = 2;
/** A stream that fell silent has shown how long it is silent, in milliseconds. */
const shortestIdleMs = 500;

/** Reads streams of valid requests until enough are evidence, or one is wrong. */
export async function seeStreams(bench: StreamBench, judge: StreamJudge): Promise<Seen> {
  const counts = { streams: 0, frames: 0, cut: 0, refused: 0, failedMidway: 0 };
  let samples = 0;
  const { habits } = bench;
  const plan = planOf(bench, judge.plan);
  const isKnown = judge.isOfEnds === true && habits.isEndless && habits.longestMs >= plan.longestMs;
  let longestMs = isKnown ? habits.afterOneOf(plan.longestMs) : plan.longestMs;
  let { idleMs } = plan;
  let result: PropertyResult = { kind: "kept" };
  for (let round = 0; round < rounds && samples < bench.samples; round++) {
    const search = {
      seed: bench.seed + round,
      cases: bench.samples,
      calls: bench.calls,
      fromBytes: (payload: Uint8Array) => messageFrom(bench, payload),
    };
    result = await findBroken(messagesOf(bench), search, async (message) => {
      const opened = await open(bench, message, { ...plan, longestMs, idleMs });
      if (opened.kind !== "opened") return opened;
      const { probe, transcript } = opened;
      // A service that takes its time, or never ends, shall not take all of the run's.
      if (wasCut(transcript, "time")) longestMs = habits.afterOneOf(longestMs);
      if (transcript.end.kind === "idle") idleMs = Math.min(idleMs, shortestIdleMs);
      const fault = await faultOf(bench, opened, judge);
      if (fault !== null) return brokenStream(bench, opened, fault);
      const refusal = refusalOf(transcript);
      counts.streams++;
      counts.frames += transcript.frames.length;
      if (transcript.end.kind === "cut") counts.cut++;
      if (refusal !== null) counts.refused++;
      if (transcript.end.kind === "error" && refusal === null) counts.failedMidway++;
      if (judge.isEvidence(transcript, probe)) samples++;
      return { kind: "kept", refusal, shown: () => jsonOf(bench, probe.message) };
    });
    const isHopeless = samples === 0 && (habits.isEndless || round + 1 >= hopelessRounds);
    if (result.kind !== "kept" || isHopeless) break;
  }
  const { cut, failedMidway } = counts;
  return { samples, evidence: counts, cut, failedMidway, result };
}

async function faultOf(
  bench: StreamBench,
  { probe, transcript }: Extract<Opened, { kind: "opened" }>,
  judge: StreamJudge,
): Promise<StreamFault | null> {
  let fault = judge.fault(transcript);
  for (let i = 0; i < attemptsInTime && fault?.isOfTime === true; i++) {
    fault = judge.fault(await listen(bench, probe, planOf(bench, judge.plan)));
  }
  return fault;
}

/** The finding where no stream was wrong. */
export function weigh(bench: StreamBench, seen: Seen, needed: string): Finding {
  const { samples, evidence } = seen;
  if (samples >= bench.samples) return { verdict: "pass", samples, evidence };
  const reason = `only ${samples} streams ${needed} were seen, and ${bench.samples} are needed`;
  return { verdict: "inconclusive", samples, evidence, reason };
}

export function messagesOf(bench: StreamBench) {
  return requestsOf(bench, { generator: bench.generator, desc: bench.input });
}

export type Opened =
  | Extract<CaseResult, { kind: "void" | "schema-bug" }>
  | {
      readonly kind: "opened";
      readonly probe: Probe;
      readonly transcript: Transcript;
      /** The request holds values of earlier answers. */
      readonly isKnown: boolean;
    };

/** Reads the stream of a valid request; with known values where that is refused. */
export async function open(
  bench: StreamBench,
  message: Message,
  plan: StreamPlan,
): Promise<Opened> {
  const first = await openAs(bench, message, plan, false);
  if (first.kind !== "opened" || refusalOf(first.transcript) === null) return first;
  const known = bench.known.use(bench.input, message);
  const second = known === null ? first : await openAs(bench, known, plan, true);
  // Known values that do not fit the rules say nothing.
  return second.kind === "opened" ? second : first;
}

async function openAs(
  bench: StreamBench,
  message: Message,
  plan: StreamPlan,
  isKnown: boolean,
): Promise<Opened> {
  const judged = judge(bench.generator.schema, bench.input, message);
  if (judged.kind === "rule-error") {
    return { kind: "schema-bug", reason: `a rule of ${bench.input.typeName}: ${judged.reason}` };
  }
  const probe = judged.kind === "valid" ? probeOf(bench, message) : null;
  if (probe === null) return { kind: "void" };
  const transcript = await listen(bench, probe, plan);
  bench.coverage.tried(message);
  return { kind: "opened", probe, transcript, isKnown };
}

/** The code of a refusal instead of frames, or null. */
export function refusalOf({ frames, end }: Transcript): string | null {
  if (frames.length > 0 || end.kind !== "error") return null;
  return isRefusal(end.answer) ? end.answer.code : null;
}

export function wasCut({ end }: Transcript, by: "time" | "frames"): boolean {
  return end.kind === "cut" && end.by === by;
}

export function brokenStream(
  bench: StreamBench,
  { probe, transcript, isKnown }: Omit<Extract<Opened, { kind: "opened" }>, "kind">,
  { symptom, summary }: StreamFault,
): Extract<CaseResult, { kind: "broken" }> {
  const failure = failureOf(bench, probe, summary, describeTranscript(transcript));
  return { kind: "broken", symptom, failure, ...(isKnown ? { exact: true } : {}) };
}
