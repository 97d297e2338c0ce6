import type { StreamPlan } from "./stream-plan.ts";
import type { Transcript } from "./transcript.ts";

/** What the streams of a binding have shown, so that not each of its laws waits for the same again. */
export interface StreamHabits {
  /** Several went on for as long as they were read, and none has ended by itself. */
  readonly isEndless: boolean;
  /** How long one that went on was read at most, in milliseconds; 0 when there was none. */
  readonly longestMs: number;
  saw(transcript: Transcript, plan: Pick<StreamPlan, "longestMs">): void;
  /** How long a stream is read after one that went on for so long, in milliseconds. */
  afterOneOf(longestMs: number): number;
}

/** However slow the streams are, there is time for some of them. */
const shortestMs = 500;
/** Where none has ended, the next ones are read for what they send, and not for their end. */
const shortestEndlessMs = 250;
const fewestOfEndless = 5;

export function createHabits(): StreamHabits {
  let goneOn = 0;
  let ended = 0;
  let longest = 0;
  const isEndless = () => ended === 0 && goneOn >= fewestOfEndless;
  return {
    get isEndless() {
      return isEndless();
    },
    get longestMs() {
      return longest;
    },
    saw({ frames, end }, { longestMs }) {
      if (end.kind === "eos" || (end.kind === "error" && frames.length > 0)) ended++;
      // One that was read for a moment only would have gone on in any case.
      if (end.kind !== "cut" || end.by !== "time" || longestMs < shortestMs) return;
      goneOn++;
      longest = Math.max(longest, longestMs);
    },
    afterOneOf(longestMs) {
      return isEndless() ? shortestEndlessMs : Math.max(shortestMs, longestMs / 2);
    },
  };
}
