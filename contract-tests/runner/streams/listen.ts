import { nuid } from "@nats-io/nats-core";
import type { StreamingBinding } from "../../../registry/core/binding/binding.ts";
import type { Answer } from "../calls/answers.ts";
import { BudgetSpent, timeIsOver } from "../calls/calls.ts";
import type { Probe, RpcBench } from "../laws/law.ts";
import { withFreshFrames } from "./fresh-frames.ts";
import { readStream, type StreamLine, type StreamRequest } from "./read-stream.ts";
import { mostFrames, type StreamPlan } from "./stream-plan.ts";
import type { Transcript } from "./transcript.ts";

/** A live rpc that streams. */
export type StreamBench = RpcBench & { readonly binding: StreamingBinding };

/** What is waited for beyond the contract's own limits, so that late is not taken for never. */
const lateMs = 1000;
/** A stream that takes longer is cut off. */
export const longestStreamMs = 5000;

/** How a stream is read when a law wants nothing else. */
export function planOf(bench: StreamBench, changes: Partial<StreamPlan> = {}): StreamPlan {
  const { binding, calls } = bench;
  return {
    firstFrameMs: Math.max(calls.timeoutMs, binding.deadlineMs + lateMs),
    idleMs: binding.idleTimeoutMs + lateMs,
    longestMs: longestStreamMs,
    mostFrames,
    grace: null,
    holdMs: null,
    cancel: null,
    ...changes,
  };
}

/** Timers of more than 2³¹ ms fire at once. */
const longestTimerMs = 2 ** 31 - 1;

type Sent = Pick<Probe, "subject" | "payload">;

/** Reads one stream. Throws `BudgetSpent`. */
export async function listen(
  bench: StreamBench,
  sent: Sent,
  plan: StreamPlan,
): Promise<Transcript> {
  const [transcript] = await listenToAll(bench, [sent], plan);
  return transcript as Transcript;
}

/** Reads streams that are opened at once, until one `isWrong`. Throws `BudgetSpent`. */
export async function listenToAll(
  bench: StreamBench,
  all: readonly Sent[],
  plan: StreamPlan,
  isWrong: (transcript: Transcript) => boolean = () => false,
): Promise<Transcript[]> {
  const line: StreamLine = {
    nc: bench.nc,
    runId: bench.runId,
    schema: bench.generator.schema,
    output: bench.output,
    trace: bench.calls.trace,
  };
  const requests = all.map((sent) => requestOf(bench, sent));
  const others = new AbortController();
  const read = async (request: StreamRequest) => {
    const transcript = await readStream(line, request, plan, others.signal);
    bench.habits.saw(transcript, plan);
    if (isWrong(transcript)) others.abort();
    return transcript;
  };
  return bench.calls.spend(all.length, async () => {
    // What the end of the run cuts off shows nothing of the service.
    const { calls } = bench;
    const over = setTimeout(() => others.abort(), Math.min(calls.leftMs(), longestTimerMs));
    const transcripts = await Promise.all(requests.map(read)).finally(() => clearTimeout(over));
    if (calls.leftMs() === 0) throw new BudgetSpent(timeIsOver);
    return transcripts;
  });
}

function requestOf(bench: StreamBench, { subject, payload }: Sent): StreamRequest {
  const { generator, binding, input } = bench;
  const fresh = withFreshFrames(generator.schema, binding, input, payload, nuid.next());
  return { subject, ...fresh };
}

/** What a stream begins with, as the answer to its request. */
export function firstAnswerOf({ binding }: StreamBench, transcript: Transcript): Answer {
  const { frames, end, astray } = transcript;
  const [first] = frames;
  if (first !== undefined) return first.answer;
  if (astray > 0) {
    const reason = `its frames came to the inbox, and the contract sends them to ${binding.framesPattern}`;
    return { kind: "garbled", reason, hex: "" };
  }
  switch (end.kind) {
    case "eos":
      return { kind: "empty" };
    case "error":
      return end.answer;
    case "idle":
      return { kind: "timeout", afterMs: Math.round(end.afterMs) };
    case "no-responders":
      return { kind: "no-responders" };
    case "cut":
      return { kind: "timeout", afterMs: longestStreamMs };
  }
}

/** What a stream comes to as a whole: the first thing in it that is wrong, or else its first frame. */
export function wholeAnswerOf(bench: StreamBench, transcript: Transcript): Answer {
  const { frames, end } = transcript;
  const wrong = frames.find(({ answer }) => answer.kind !== "message");
  if (wrong !== undefined) return wrong.answer;
  // An error in the middle that is none by the contract is for the law of errors.
  if (end.kind === "error" && end.answer.kind === "error") return end.answer;
  return firstAnswerOf(bench, transcript);
}
