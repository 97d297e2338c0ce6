import { fromBinary, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import { type Answer, describeAnswer, readAnswer, symptomOf } from "../calls/answers.ts";
import type { CaseResult } from "../property.ts";
import type { FailureDetail } from "../report.ts";
import {
  firstAnswerOf,
  listen,
  planOf,
  type StreamBench,
  wholeAnswerOf,
} from "../streams/listen.ts";
import { subjectOf } from "../subjects.ts";
import type { Probe, RpcBench } from "./law.ts";

/** A request for a message, or null when it has no subject or is too large to be sent. */
export function probeOf(
  bench: RpcBench,
  message: Message,
  namedBy: Message = message,
): Probe | null {
  const subject =
    subjectOf(bench.binding, bench.input, message) ??
    subjectOf(bench.binding, bench.input, namedBy);
  const payload = toBinary(bench.input, message);
  return subject === null || payload.length > bench.maxPayload
    ? null
    : { subject, message, payload };
}

/** Sends a payload, and reads what comes back by the contract: of a stream, how it begins. */
export async function ask(
  bench: RpcBench,
  probe: Pick<Probe, "subject" | "payload">,
): Promise<Answer> {
  if (isStreaming(bench)) {
    const plan = planOf(bench, { mostFrames: 1 });
    return firstAnswerOf(bench, await listen(bench, probe, plan));
  }
  const reply = await bench.calls.call(probe.subject, probe.payload);
  return readAnswer(bench.generator.schema, bench.output, reply);
}

/** What comes later than this after a frame says no more of the request, in milliseconds. */
const longestIdleMs = 1000;
const longestReadMs = 2000;

/** As `ask`, and reads a stream as far as it is read at all. */
export async function askForAll(
  bench: RpcBench,
  probe: Pick<Probe, "subject" | "payload">,
): Promise<Answer> {
  if (!isStreaming(bench)) return ask(bench, probe);
  const plan = planOf(bench);
  const idleMs = Math.min(plan.idleMs, longestIdleMs);
  const { habits } = bench;
  const longestMs = habits.longestMs > 0 ? habits.afterOneOf(longestReadMs) : longestReadMs;
  return wholeAnswerOf(bench, await listen(bench, probe, { ...plan, idleMs, longestMs }));
}

export function isStreaming(bench: RpcBench): bench is StreamBench {
  return bench.binding.kind === "streaming";
}

/** The case of a property that an answer breaks. */
export function brokenBy(
  bench: RpcBench,
  probe: Parameters<typeof failureOf>[1],
  summary: string,
  answer: Answer,
  rule: FailureDetail["rule"] = null,
): Extract<CaseResult, { kind: "broken" }> {
  const failure = failureOf(bench, probe, summary, describeAnswer(answer), rule);
  return { kind: "broken", symptom: symptomOf(answer), failure };
}

/** Bytes of a request that a report shows: enough to send it again in most cases. */
const shownBytes = 2048;

export function failureOf(
  bench: RpcBench,
  probe: {
    readonly subject: string;
    readonly payload: Uint8Array;
    readonly message: Message | null;
  },
  summary: string,
  answer: string,
  rule: FailureDetail["rule"] = null,
): FailureDetail {
  return {
    summary,
    subject: probe.subject,
    message: probe.message === null ? null : jsonOf(bench, probe.message),
    hex: Buffer.from(probe.payload.slice(0, shownBytes)).toString("hex"),
    answer,
    nearest: null,
    rule,
    place: rule ?? bench.binding.place,
    replay: null,
    shrinks: 0,
    repeated: null,
    trace: [],
  };
}

/** The request of a report's bytes, or null when they are none. */
export function messageFrom(bench: RpcBench, payload: Uint8Array): Message | null {
  try {
    return fromBinary(bench.input, payload);
  } catch {
    return null;
  }
}

/** Null for the rare message without a JSON form, such as one with an unknown Any. */
export function jsonOf(bench: RpcBench, message: Message): unknown {
  try {
    return toJson(bench.input, message, { registry: bench.generator.schema.registry });
  } catch {
    return null;
  }
}

/** Codes that say that the request was understood, and could not be granted now. */
const refusals = new Set([
  "not_found",
  "already_exists",
  "aborted",
  "failed_precondition",
  "out_of_range",
  "resource_exhausted",
  "permission_denied",
  "unauthenticated",
]);

/** Whether an answer keeps the contract for a valid request without granting it. */
export function isRefusal(answer: Answer): answer is Extract<Answer, { kind: "error" }> {
  return answer.kind === "error" && refusals.has(answer.code);
}
