import { describe, expect, it } from "vitest";
import {
  describeTranscript,
  endFault,
  numberingFault,
  type SeenFrame,
  type StreamEnd,
  type Transcript,
} from "./transcript.ts";

function frame(seq: number | null): SeenFrame {
  const answer = { kind: "empty" } as const;
  return { kind: "frame", seq, control: null, answer, bytes: 1, digest: "", atMs: 0, gapMs: 0 };
}

function transcript(
  seqs: readonly (number | null)[],
  end: StreamEnd,
  changes: Partial<Transcript> = {},
): Transcript {
  return {
    frames: seqs.map(frame),
    end,
    afterEnd: [],
    afterCancel: null,
    overdrawnAt: null,
    wasHeld: false,
    astray: 0,
    ...changes,
  };
}

const eos = (count: number | null): StreamEnd => ({ kind: "eos", count });
const idle: StreamEnd = { kind: "idle", afterMs: 1300 };
const cut: StreamEnd = { kind: "cut", by: "frames" };

describe("numberingFault", () => {
  it.each([
    [[], null],
    [[0, 1, 2], null],
    [[1], "expected frame 0, and frame 1 came"],
    [[0, 1, 3, 4], "expected frame 2, and frame 3 came"],
    [[0, 1, 1], "frame 1 came twice, or too late: expected frame 2"],
    [[0, 2, 1], "expected frame 1, and frame 2 came"],
    [[0, null], "the frame after 1 frame has no number in Charter-Seq"],
  ])("of %j is %j", (seqs, fault) => {
    expect(numberingFault(transcript(seqs, eos(seqs.length)))).toBe(fault);
  });
});

describe("endFault", () => {
  it.each<[string, Transcript, string | null]>([
    ["a good end", transcript([0, 1], eos(2)), null],
    ["an end of nothing", transcript([], eos(0)), null],
    ["a stream that is cut off", transcript([0], cut), null],
    ["a count too high", transcript([0], eos(2)), "the end counts 2 frames, and 1 came"],
    ["a count too low", transcript([0, 1], eos(1)), "the end counts 1 frame, and 2 came"],
    ["no count", transcript([0], eos(null)), "the end has a payload, or no number in Charter-Eos"],
    [
      "a frame behind",
      transcript([0], eos(1), { afterEnd: ["frame 0"] }),
      "frame 0 came after the end",
    ],
    ["silence", transcript([0], idle), "nothing came for 1300 ms after 1 frame, and no end"],
    ["silence from the start, which is for the laws of requests", transcript([], idle), null],
    ["a count beside a gap, which is for the law of numbers", transcript([0, 2], eos(3)), null],
    ["frames at the inbox, which are for R2", transcript([], eos(2), { astray: 2 }), null],
  ])("of %s", (_name, seen, fault) => {
    expect(endFault(seen)).toBe(fault);
  });
});

describe("describeTranscript", () => {
  it("says how many frames there were, the last numbers, the end and what came after it", () => {
    const seen = transcript([0, 1, 2, 3, 4, 5, 7], eos(8), { afterEnd: ["another end"] });
    expect(describeTranscript(seen)).toBe(
      "7 frames (… 1, 2, 3, 4, 5, 7), an end that counts 8, then another end",
    );
    expect(describeTranscript(transcript([0, null], cut))).toBe(
      "2 frames (0, ?), cut off after enough frames",
    );
  });
});
