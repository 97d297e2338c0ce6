import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import type { RequestBinding } from "../../registry/core/binding/binding.ts";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { holdsSensitive, readAnswer } from "../runner/calls/answers.ts";
import { createCalls, createGate } from "../runner/calls/calls.ts";
import type { Pace } from "../runner/calls/pace.ts";
import { createTrace } from "../runner/calls/trace.ts";
import type { ShadowSettings } from "../runner/settings.ts";
import { subjectOf } from "../runner/subjects.ts";
import { callHttp } from "./http-call.ts";
import { httpBodyOf, judgeCase, type ShadowCase } from "./shadow-case.ts";

/** Sends one request over HTTP and over NATS, and compares the two replies. */
export type BothWays = (message: Message) => Promise<ShadowCase>;

/** An old endpoint may be slower than the contract of what replaces it. */
const leastTimeoutMs = 5000;

export function createBothWays(
  nc: NatsConnection,
  of: {
    readonly schema: Schema;
    readonly binding: RequestBinding;
    readonly input: DescMessage;
    readonly output: DescMessage;
    readonly shadow: ShadowSettings;
    readonly headers: Readonly<Record<string, string>>;
    readonly runId: string;
    readonly pace: Pace;
  },
): BothWays {
  const { schema, binding, input, output, shadow } = of;
  const timeoutMs = Math.max(binding.deadlineMs, leastTimeoutMs);
  const calls = createCalls(nc, {
    runId: of.runId,
    timeoutMs,
    budget: Number.POSITIVE_INFINITY,
    gate: createGate(),
    pace: of.pace,
    trace: createTrace({ sent: false, received: false }),
    replay: null,
    endsAt: Number.POSITIVE_INFINITY,
  });
  const isSensitive = holdsSensitive(output);
  return async (message) => {
    const subject = subjectOf(binding, input, message);
    if (subject === null) return { kind: "unanswered", reason: "its subject cannot be filled" };
    const { body, headers } = httpBodyOf(schema, input, message, shadow.body);
    const [http, reply] = await Promise.all([
      callHttp({
        method: shadow.method,
        url: shadow.url,
        headers: { ...headers, ...of.headers, "charter-probe": of.runId },
        body,
        timeoutMs,
      }),
      calls.call(subject, toBinary(input, message)),
    ]);
    const answer = readAnswer(schema, output, reply);
    const judged = judgeCase(schema, output, http, answer, shadow);
    // Values of types with sensitive fields are not shown, whichever field differs.
    return judged.kind === "differs" && isSensitive
      ? { ...judged, difference: { ...judged.difference, http: "(hidden)", nats: "(hidden)" } }
      : judged;
  };
}
