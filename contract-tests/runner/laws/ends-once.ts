import { findingFrom } from "../property.ts";
import { endFault } from "../streams/transcript.ts";
import type { StreamingLaw } from "./law.ts";
import { type StreamJudge, seeStreams, weigh } from "./streams-judged.ts";

/** How long nothing may follow the end, in milliseconds: what is on its way comes at once. */
export const graceMs = 100;

const judge: StreamJudge = {
  plan: { grace: { after: "eos", ms: graceMs } },
  needed: "that ended",
  isOfEnds: true,
  isEvidence: ({ end }) => end.kind === "eos",
  fault(transcript) {
    const fault = endFault(transcript);
    if (fault === null) return null;
    return {
      symptom: `${transcript.end.kind} ${transcript.afterEnd.length > 0}`,
      summary: `a stream must have one end, with the count of its frames; ${fault}`,
    };
  },
};

const endless =
  "none of its streams ended by itself while the laws before read them; each was cancelled when enough of it was seen";

/** A stream has one `Charter-Eos`, after its last frame, with the number of frames. */
export const endsOnce: StreamingLaw = {
  id: "T2",
  title: "ends once, with the right count",
  minimum: 10,
  on: "streaming",
  effect: "calls",
  async check(bench) {
    if (bench.habits.isEndless) {
      return { verdict: "skipped", samples: 0, evidence: {}, reason: endless };
    }
    const seen = await seeStreams(bench, judge);
    const { samples, evidence, result } = seen;
    if (result.kind !== "kept") return findingFrom(result, samples, evidence);
    if (samples > 0 || seen.cut === 0) return weigh(bench, seen, judge.needed);
    const reason = `none of ${seen.cut} streams ended by itself; each was cancelled when enough of it was seen`;
    return { verdict: "skipped", samples, evidence, reason };
  },
};
