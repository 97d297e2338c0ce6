import type { Message } from "@bufbuild/protobuf";
import { type CaseResult, findBroken, findingFrom, type PropertyResult } from "../property.ts";
import { isControlSubject } from "../streams/control.ts";
import { listen, longestStreamMs, planOf, type StreamBench } from "../streams/listen.ts";
import { initialWindow } from "../streams/stream-plan.ts";
import type { Transcript } from "../streams/transcript.ts";
import type { Finding, StreamingLaw } from "./law.ts";
import { jsonOf, messageFrom } from "./probing.ts";
import { brokenStream, messagesOf, type Opened, open, wasCut } from "./streams-judged.ts";

const rounds = 4;
/** So many without a stream that is long enough, and there will be none. */
const hopelessRounds = 2;
const casesPerRound = 20;
/** Endless streams whose frames are too far apart: there will be no others. */
const hopelessEndless = 5;
/** A service that was cancelled has stopped when nothing came for that long, in milliseconds … */
const quietMs = 100;
/** … or for so many times as long as it took from one frame to the next, but not for longer. */
const gapsOfQuiet = 4;
const longestQuietMs = 2000;

interface Counts {
  cancelled: number;
  short: number;
  /** How long a stream is read: whoever takes his time shall not take all of the run's. */
  longestMs: number;
}

/** After a cancel on the control subject no more frames come than are on their way. */
export const cancelled: StreamingLaw = {
  id: "T4",
  title: "stops when the caller cancels",
  minimum: 3,
  on: "streaming",
  effect: "calls",
  async check(bench) {
    const { habits } = bench;
    const longestMs = habits.isEndless ? habits.afterOneOf(longestStreamMs) : longestStreamMs;
    const counts: Counts = { cancelled: 0, short: 0, longestMs };
    const most = bench.settings.streaming?.framesAfterCancel ?? initialWindow;
    let result: PropertyResult = { kind: "kept" };
    for (let round = 0; round < rounds && counts.cancelled < bench.samples; round++) {
      const search = {
        seed: bench.seed + round,
        cases: casesPerRound,
        calls: bench.calls,
        fromBytes: (payload: Uint8Array) => messageFrom(bench, payload),
      };
      result = await findBroken(messagesOf(bench), search, (message) =>
        counts.cancelled >= bench.samples || isHopeless(bench, counts)
          ? Promise.resolve({ kind: "kept" })
          : cancellation(bench, message, most, counts),
      );
      const isLastRound = counts.cancelled === 0 && round + 1 >= hopelessRounds;
      if (result.kind !== "kept" || isLastRound || isHopeless(bench, counts)) break;
    }
    return findingOf(result, most, counts);
  },
};

function findingOf(result: PropertyResult, most: number, counts: Counts): Finding {
  const samples = counts.cancelled;
  const evidence = { cancelled: samples, tooShort: counts.short, framesAfterCancel: most };
  if (result.kind !== "kept") return findingFrom(result, samples, evidence);
  if (samples > 0) return { verdict: "pass", samples, evidence };
  const reason = `no stream had more than ${most + 1} frames in the time that one is read, so that it was over before a cancel could stop it; streaming.framesAfterCancel of a contract file allows fewer after a cancel than ${most}`;
  return { verdict: "skipped", samples, evidence, reason };
}

/** A stream that is known to be long enough is opened again, and cancelled at its first frame. */
async function cancellation(
  bench: StreamBench,
  message: Message,
  most: number,
  counts: Counts,
): Promise<CaseResult> {
  const whole = await open(
    bench,
    message,
    planOf(bench, { mostFrames: most + 3, longestMs: counts.longestMs }),
  );
  if (whole.kind !== "opened") return whole;
  const shown = () => jsonOf(bench, whole.probe.message);
  const problem = controlProblem(whole.transcript);
  if (problem !== null) return brokenStream(bench, whole, problem);
  const isLong = whole.transcript.frames.length >= most + 2;
  if (!isLong && wasCut(whole.transcript, "time")) {
    counts.longestMs = bench.habits.afterOneOf(counts.longestMs);
  }
  if (!isLong && !goesOnForEver(bench, whole.transcript)) {
    counts.short++;
    return { kind: "kept", shown };
  }
  const cancel = { afterFrames: 1, mostFurther: most, quietMs: quietOf(whole.transcript) };
  const plan = planOf(bench, { mostFrames: most + 3, cancel });
  const transcript = await listen(bench, whole.probe, plan);
  const broken = goesOn(bench, { ...whole, transcript }, most);
  if (broken !== null) return broken;
  // One that ended after all was not stopped by the cancel.
  const isStopped = transcript.end.kind === "cut" || isLong;
  if (transcript.afterCancel !== null && isStopped) counts.cancelled++;
  return { kind: "kept", shown };
}

function goesOn(
  bench: StreamBench,
  stream: Omit<Extract<Opened, { kind: "opened" }>, "kind">,
  most: number,
): Extract<CaseResult, { kind: "broken" }> | null {
  const { transcript } = stream;
  const further = transcript.afterCancel ?? 0;
  const isTooSlow = further > 0 && wasCut(transcript, "time") && beganSoon(transcript);
  if (further <= most && !isTooSlow) return null;
  const came = isTooSlow ? "they still came when the time was over" : `${further} did`;
  const summary = `at most ${most} frames may follow a cancel; ${came}`;
  return brokenStream(bench, stream, { symptom: "goes on", summary });
}

/** Whether there was time to see that the service does not stop. */
function beganSoon({ frames }: Transcript): boolean {
  const [first] = frames;
  return first !== undefined && first.atMs < longestStreamMs / 2;
}

function controlProblem({ frames }: Transcript) {
  const [first] = frames;
  if (first === undefined) return null;
  if (first.control !== null && isControlSubject(first.control)) return null;
  return {
    symptom: "no control",
    summary:
      "the first frame must say in Charter-Control where to cancel, as _CHARTER.ctl.<instance>.<id>",
  };
}

/**
 * Whether silence after a cancel shows that the stream was stopped, however few frames it had: it would
 * have gone on, and its frames come so often that none would have been missed.
 */
function goesOnForEver({ habits, calls }: StreamBench, transcript: Transcript): boolean {
  const { frames } = transcript;
  const isSteady = frames.length >= 2 && steadyQuietOf(transcript) <= longestQuietMs;
  // A replay reads no other stream, and the run that found it has read several.
  const isEndless = habits.isEndless || calls.replay !== null;
  return isEndless && wasCut(transcript, "time") && isSteady;
}

function isHopeless({ habits }: StreamBench, { cancelled, short }: Counts): boolean {
  return habits.isEndless && cancelled === 0 && short >= hopelessEndless;
}

function quietOf(transcript: Transcript): number {
  return Math.min(longestQuietMs, steadyQuietOf(transcript));
}

function steadyQuietOf({ frames }: Transcript): number {
  return quietMs + gapsOfQuiet * Math.max(...frames.map(({ gapMs }) => gapMs));
}
