import type { Answer } from "../calls/answers.ts";
import type { Arrival } from "./arrival.ts";

export type SeenFrame = Extract<Arrival, { kind: "frame" }> & {
  /** Milliseconds since the request was sent. */
  readonly atMs: number;
  /** Milliseconds since the service could have sent it: since the message before, or the credit. */
  readonly gapMs: number;
};

/** How a stream ended for its reader. */
export type StreamEnd =
  | { readonly kind: "eos"; readonly count: number | null }
  /** An error instead of the rest. */
  | { readonly kind: "error"; readonly answer: Answer }
  /** Nothing came for that long. */
  | { readonly kind: "idle"; readonly afterMs: number }
  | { readonly kind: "no-responders" }
  /** The reader has seen enough, and cancelled. */
  | { readonly kind: "cut"; readonly by: CutBy };

/** Why a reader had seen enough. */
export type CutBy = "reader" | "time" | "frames" | "bytes" | "no credit" | "astray";

const cuts: Readonly<Record<CutBy, string>> = {
  reader: "by its reader",
  time: "because it took too long",
  frames: "after enough frames",
  bytes: "after enough bytes",
  "no credit": "because frame 0 names no subject for credit",
  astray: "because its frames go to the inbox",
};

/** What a reader saw of one stream: bounded, whatever was sent. */
export interface Transcript {
  readonly frames: readonly SeenFrame[];
  readonly end: StreamEnd;
  /** What came after the end, in words: the first few. */
  readonly afterEnd: readonly string[];
  /** Frames that came after the reader had cancelled, or null when it did not. */
  readonly afterCancel: number | null;
  /** The first frame beyond what the reader had allowed, counted from 0, or null. */
  readonly overdrawnAt: number | null;
  /** Whether the service was kept waiting for credit. */
  readonly wasHeld: boolean;
  /** Frames at the inbox of a request whose frames have a subject of their own. */
  readonly astray: number;
}

/** What is wrong with the numbers of frames, or null. */
export function numberingFault({ frames }: Pick<Transcript, "frames">): string | null {
  for (const [expected, { seq }] of frames.entries()) {
    if (seq === expected) continue;
    if (seq === null) return `the frame after ${countOf(expected)} has no number in Charter-Seq`;
    if (seq < expected) return `frame ${seq} came twice, or too late: expected frame ${expected}`;
    return `expected frame ${expected}, and frame ${seq} came`;
  }
  return null;
}

/** What is wrong with the end, or null. The count is judged only where no frame is missing. */
export function endFault(transcript: Transcript): string | null {
  const { frames, end, afterEnd, astray } = transcript;
  const [after] = afterEnd;
  if (astray > 0) return null;
  if (end.kind === "idle" && frames.length > 0) {
    return `nothing came for ${Math.round(end.afterMs)} ms after ${countOf(frames.length)}, and no end`;
  }
  if (end.kind !== "eos") return null;
  if (after !== undefined) return `${after} came after the end`;
  if (end.count === null) return "the end has a payload, or no number in Charter-Eos";
  if (numberingFault(transcript) !== null || end.count === frames.length) return null;
  return `the end counts ${countOf(end.count)}, and ${frames.length} came`;
}

export function countOf(frames: number): string {
  return frames === 1 ? "1 frame" : `${frames} frames`;
}

/** One line for a report. */
export function describeTranscript({ frames, end, afterEnd }: Transcript): string {
  const last = frames.slice(-6).map(({ seq }) => seq ?? "?");
  const numbers =
    frames.length === 0 ? "" : ` (${frames.length > 6 ? "… " : ""}${last.join(", ")})`;
  const after = afterEnd.length === 0 ? "" : `, then ${afterEnd.join(", ")}`;
  return `${countOf(frames.length)}${numbers}, ${describeEnd(end)}${after}`;
}

function describeEnd(end: StreamEnd): string {
  switch (end.kind) {
    case "eos":
      return `an end that counts ${end.count ?? "nothing"}`;
    case "error":
      return end.answer.kind === "error"
        ? `error ${end.answer.status} ${end.answer.code}`
        : "an error that is none by the contract";
    case "idle":
      return `nothing for ${Math.round(end.afterMs)} ms`;
    case "no-responders":
      return "nobody answers on the subject";
    case "cut":
      return `cut off ${cuts[end.by]}`;
  }
}
