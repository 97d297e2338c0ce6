import type { Message } from "@bufbuild/protobuf";
import { type CaseResult, findBroken, findingFrom, type PropertyResult } from "../property.ts";
import { isControlSubject } from "../streams/control.ts";
import { listen, longestStreamMs, planOf, type StreamBench } from "../streams/listen.ts";
import { initialWindow } from "../streams/stream-plan.ts";
import type { Transcript } from "../streams/transcript.ts";
import type { Finding, StreamingLaw } from "./law.ts";
import { jsonOf, messageFrom } from "./probing.ts";
import {
  brokenStream,
  messagesOf,
  type Opened,
  open,
  shortestStreamMs,
  wasCut,
} from "./streams-judged.ts";

const rounds = 4;
/** So many without a stream that is long enough, and there will be none. */
const hopelessRounds = 2;
const casesPerRound = 20;
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
    const counts: Counts = { cancelled: 0, short: 0, longestMs: longestStreamMs };
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
        counts.cancelled >= bench.samples
          ? Promise.resolve({ kind: "kept" })
          : cancellation(bench, message, most, counts),
      );
      const isHopeless = counts.cancelled === 0 && round + 1 >= hopelessRounds;
      if (result.kind !== "kept" || isHopeless) break;
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
  if (whole.transcript.frames.length < most + 2) {
    counts.short++;
    if (wasCut(whole.transcript, "time")) {
      counts.longestMs = Math.max(shortestStreamMs, counts.longestMs / 2);
    }
    return { kind: "kept", shown };
  }
  const cancel = { afterFrames: 1, mostFurther: most, quietMs: quietOf(whole.transcript) };
  const plan = planOf(bench, { mostFrames: most + 3, cancel });
  const transcript = await listen(bench, whole.probe, plan);
  const broken = goesOn(bench, { ...whole, transcript }, most);
  if (broken !== null) return broken;
  if (transcript.afterCancel !== null) counts.cancelled++;
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

function quietOf({ frames }: Transcript): number {
  const longest = Math.max(...frames.map(({ gapMs }) => gapMs));
  return Math.min(longestQuietMs, quietMs + gapsOfQuiet * longest);
}
