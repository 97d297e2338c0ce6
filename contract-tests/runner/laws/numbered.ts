import { findingFrom } from "../property.ts";
import { numberingFault } from "../streams/transcript.ts";
import type { StreamingLaw } from "./law.ts";
import { type StreamJudge, seeStreams, weigh } from "./streams-judged.ts";

const judge: StreamJudge = {
  needed: "with at least two frames",
  isEvidence: ({ frames }) => frames.length >= 2,
  fault(transcript) {
    const fault = numberingFault(transcript);
    if (fault === null) return null;
    return { symptom: "numbering", summary: `frames must be numbered without a gap; ${fault}` };
  },
};

/** `Charter-Seq` of the frames is 0, 1, 2 …: none is missing, doubled or out of order. */
export const numbered: StreamingLaw = {
  id: "T1",
  title: "numbers its frames without a gap",
  minimum: 10,
  on: "streaming",
  effect: "calls",
  async check(bench) {
    const seen = await seeStreams(bench, judge);
    return seen.result.kind === "kept"
      ? weigh(bench, seen, judge.needed)
      : findingFrom(seen.result, seen.samples, seen.evidence);
  },
};
