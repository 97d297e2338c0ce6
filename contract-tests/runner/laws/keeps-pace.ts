import { quantile } from "../calls/quantile.ts";
import { findingFrom } from "../property.ts";
import type { Evidence } from "../report.ts";
import type { StreamBench } from "../streams/listen.ts";
import { initialWindow } from "../streams/stream-plan.ts";
import type { Transcript } from "../streams/transcript.ts";
import type { Finding, Probe, StreamingLaw } from "./law.ts";
import { failureOf } from "./probing.ts";
import { type StreamFault, type StreamJudge, seeStreams, weigh } from "./streams-judged.ts";

/** How long a service without credit is watched, in milliseconds: frames on their way come at once. */
const holdMs = 200;
/** The hundredth part of fewer gaps is no gap at all. */
const fewestGaps = 100;

/** The first frame keeps its deadline, the others the idle time-out, and none comes without credit. */
export const keepsPace: StreamingLaw = {
  id: "T6",
  title: "keeps its pace",
  minimum: 10,
  on: "streaming",
  effect: "calls",
  async check(bench) {
    const timed: Timed = { first: [], gaps: [], held: 0, slowest: null };
    const seen = await seeStreams(bench, judgeOf(bench, timed));
    const evidence = { ...seen.evidence, ...summaryOf(timed) };
    if (seen.result.kind !== "kept") return findingFrom(seen.result, seen.samples, evidence);
    const finding = weigh(bench, { ...seen, evidence }, "with a frame");
    return finding.verdict === "pass" ? judgeGaps(bench, timed, finding) : finding;
  },
};

interface Timed {
  readonly first: number[];
  readonly gaps: number[];
  /** Streams that were left without credit. */
  held: number;
  slowest: { readonly gapMs: number; readonly probe: Probe } | null;
}

function judgeOf(bench: StreamBench, timed: Timed): StreamJudge {
  const { binding, settings } = bench;
  const firstMs = Math.min(binding.deadlineMs, settings.streaming?.firstFrameMs ?? Infinity);
  return {
    plan: { holdMs },
    needed: "with a frame",
    isEvidence(transcript, probe) {
      const [first, ...others] = transcript.frames;
      if (first === undefined) return false;
      timed.first.push(first.atMs);
      if (transcript.wasHeld) timed.held++;
      for (const { gapMs } of others) {
        timed.gaps.push(gapMs);
        if (gapMs > (timed.slowest?.gapMs ?? -1)) timed.slowest = { gapMs, probe };
      }
      return true;
    },
    fault: (transcript) =>
      creditFault(transcript) ?? timeFault(transcript, firstMs, binding.idleTimeoutMs),
  };
}

function creditFault({ overdrawnAt }: Transcript): StreamFault | null {
  if (overdrawnAt === null) return null;
  const summary = `after ${initialWindow} frames a service must wait for credit; frame ${overdrawnAt} came without any`;
  return { symptom: "credit", summary };
}

function timeFault({ frames }: Transcript, firstMs: number, idleMs: number): StreamFault | null {
  const [first, ...others] = frames;
  if (first !== undefined && first.atMs > firstMs) {
    const summary = `the first frame must come within ${firstMs} ms; it took ${Math.round(first.atMs)} ms`;
    return { symptom: "first frame", summary, isOfTime: true };
  }
  const late = others.find(({ gapMs }) => gapMs > idleMs);
  if (late === undefined) return null;
  const summary = `a frame must come within ${idleMs} ms of the one before; frame ${late.seq ?? "?"} took ${Math.round(late.gapMs)} ms`;
  return { symptom: "gap", summary, isOfTime: true };
}

/** The bound of a contract file on the gaps of all streams together. */
function judgeGaps(bench: StreamBench, { gaps, slowest }: Timed, pass: Finding): Finding {
  const most = bench.settings.streaming?.gapP99Ms;
  if (most === undefined) return pass;
  const { samples, evidence } = pass;
  if (gaps.length < fewestGaps || slowest === null) {
    const reason = `${gaps.length} times between frames were seen, and streaming.gapP99Ms needs ${fewestGaps}`;
    return { verdict: "inconclusive", samples, evidence, reason };
  }
  const p99 = quantile(sorted(gaps), 0.99);
  if (p99 <= most) return pass;
  const summary = `99 of 100 frames must come within ${most} ms of the one before; they took ${rounded(p99)} ms`;
  const answer = `the longest took ${rounded(slowest.gapMs)} ms`;
  const failure = failureOf(bench, slowest.probe, summary, answer);
  return { verdict: "fail", samples, evidence, failure };
}

function summaryOf({ first, gaps, held }: Timed): Evidence {
  if (first.length === 0) return { withoutCredit: held };
  const ms = (values: readonly number[], share: number) => `${rounded(quantile(values, share))} ms`;
  return {
    withoutCredit: held,
    firstFrame: `p50 ${ms(sorted(first), 0.5)}, p99 ${ms(sorted(first), 0.99)}`,
    ...(gaps.length === 0
      ? {}
      : { gap: `p50 ${ms(sorted(gaps), 0.5)}, p99 ${ms(sorted(gaps), 0.99)}` }),
  };
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
