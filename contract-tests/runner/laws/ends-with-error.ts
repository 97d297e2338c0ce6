import { type Message, toBinary } from "@bufbuild/protobuf";
import { classify } from "../../../registry/core/samples/oracle.ts";
import { type CaseResult, findBroken, findingFrom } from "../property.ts";
import { listen, planOf, type StreamBench } from "../streams/listen.ts";
import { describeTranscript, type Transcript } from "../streams/transcript.ts";
import { subjectOf } from "../subjects.ts";
import { graceMs } from "./ends-once.ts";
import type { StreamingLaw } from "./law.ts";
import { failureOf } from "./probing.ts";
import { messagesOf, type StreamFault, type StreamJudge, seeStreams } from "./streams-judged.ts";

/** Requests that cannot be read, so that their streams end with an error. */
const provoked = 3;
/** Streams of valid requests, some of which may fail by themselves. */
const usual = 30;
/** Where none has ended in any way, a few more are enough. */
const usualOfEndless = 10;
const grace = { after: "error", ms: graceMs } as const;

const judge: StreamJudge = {
  plan: { grace },
  needed: "",
  isOfEnds: true,
  fault: errorFault,
  // Most services never fail on valid requests, so one round of them is enough.
  isEvidence: () => true,
};

/** An error ends its stream, and one in the middle is as well formed as every error. */
export const endsWithError: StreamingLaw = {
  id: "T3",
  title: "ends with its error",
  minimum: 1,
  on: "streaming",
  effect: "calls",
  async check(bench) {
    const wanted = bench.habits.isEndless ? usualOfEndless : usual;
    const seen = await seeStreams({ ...bench, samples: wanted }, judge);
    const { failedMidway } = seen;
    let refused = 0;
    const at = () => {
      const errors = failedMidway + refused;
      return { samples: errors, evidence: { errors, failedMidway, provoked: refused } };
    };
    if (seen.result.kind !== "kept") {
      return findingFrom(seen.result, at().samples, at().evidence);
    }
    const search = { seed: bench.seed - 1, cases: provoked, calls: bench.calls };
    const result = await findBroken(messagesOf(bench), search, async (message) => {
      const [outcome, transcript] = await provoke(bench, message);
      if (outcome.kind === "kept" && transcript?.end.kind === "error") refused++;
      return outcome;
    });
    const { samples, evidence } = at();
    if (result.kind !== "kept") return findingFrom(result, samples, evidence);
    if (samples > 0) return { verdict: "pass", samples, evidence };
    const reason = "no stream failed, not even those of requests that cannot be read";
    return { verdict: "inconclusive", samples, evidence, reason };
  },
};

function errorFault({ frames, end, afterEnd }: Transcript): StreamFault | null {
  if (end.kind !== "error") return null;
  const [after] = afterEnd;
  if (after !== undefined) {
    return {
      symptom: "goes on",
      summary: `an error must end its stream; ${after} came after it`,
    };
  }
  // What answers a request at once is for the laws of requests.
  if (frames.length === 0 || end.answer.kind !== "garbled") return null;
  return {
    symptom: "garbled",
    summary: `an error after ${frames.length} frames must be as the contract has errors: ${end.answer.reason}`,
  };
}

async function provoke(
  bench: StreamBench,
  named: Message,
): Promise<[CaseResult, Transcript | null]> {
  const subject = subjectOf(bench.binding, bench.input, named);
  // No protobuf message begins with a field of the number 0.
  const payload = Buffer.concat([new Uint8Array([0x00]), toBinary(bench.input, named)]);
  const sent = classify(bench.generator.schema, bench.input, payload);
  if (subject === null || sent.kind !== "undecodable" || payload.length > bench.maxPayload) {
    return [{ kind: "void" }, null];
  }
  const transcript = await listen(bench, { subject, payload }, planOf(bench, { grace }));
  const fault = errorFault(transcript);
  if (fault === null) return [{ kind: "kept" }, transcript];
  const probe = { subject, payload, message: null };
  const failure = failureOf(bench, probe, fault.summary, describeTranscript(transcript));
  return [{ kind: "broken", symptom: fault.symptom, failure }, transcript];
}
