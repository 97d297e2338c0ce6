import type { LawEntry } from "./law-entry.ts";

const appliesTo = "every server-streaming rpc";

/** The laws of a reply in frames. */
export const streamingLaws: readonly LawEntry[] = [
  {
    id: "T1",
    title: "numbers its frames without a gap",
    promise: "`Charter-Seq` of the frames is 0, 1, 2 …: none is missing, doubled or out of order.",
    appliesTo,
    effect: "calls",
    needs: [],
    evidence: "A stream with at least two frames.",
    minimum: 10,
    breach: {
      fault: "The service drops a frame of more than seven.",
      reported: [
        "frames must be numbered without a gap; expected frame 6, and frame 7 came",
        "came back  7 frames (… 1, 2, 3, 4, 5, 7), an end that counts 8",
        'message    {"maxTokens":8}',
      ].join("\n"),
    },
    remedy:
      "Send frames from one place, in order, and await credit instead of dropping what does not fit. The generated service numbers them.",
  },
  {
    id: "T2",
    title: "ends once, with the right count",
    promise:
      "A stream has one `Charter-Eos`, as its last frame, with the number of data frames; nothing comes after it.",
    appliesTo,
    effect: "calls",
    needs: [],
    evidence:
      "A stream that was read to its end, and for a while afterwards. Streams that never end by themselves break nothing.",
    minimum: 10,
    breach: {
      fault: "The end is sent before the last frame has left.",
      reported: [
        "a stream must have one end, with the count of its frames; frame 1 came after the end",
        "came back  1 frame (0), an end that counts 2, then frame 1",
        'message    {"maxTokens":2}',
      ].join("\n"),
    },
    remedy: "Await every frame before the end is sent, and return after it.",
  },
  {
    id: "T3",
    title: "ends with its error",
    promise: "An error ends its stream, and one in the middle is as well formed as every error.",
    appliesTo,
    effect: "calls",
    needs: [],
    evidence:
      "A stream that ended with an error: provoked by a request that cannot be read, or by itself.",
    minimum: 1,
    breach: {
      fault: "The service reports an error, and goes on sending.",
      reported: [
        "an error must end its stream; frame 3 came after it",
        "came back  3 frames (0, 1, 2), error 500 internal, then frame 3, frame 4",
      ].join("\n"),
    },
    remedy:
      "Send the error headers when the handler throws, also after the first frame, and nothing after them.",
  },
  {
    id: "T4",
    title: "stops when the caller cancels",
    promise:
      "After a cancel on the control subject of frame 0, no more frames come than are on their way: 32, or what a contract file says.",
    appliesTo,
    effect: "calls",
    needs: ["the right to publish on `_CHARTER.ctl.>`"],
    evidence:
      "A stream of more than 33 frames, or one of those that never end, opened again and cancelled at its first one. The first frame of every stream must say where to cancel.",
    minimum: 3,
    breach: {
      fault: "The handler does not look at its abort signal.",
      reported: [
        "at most 32 frames may follow a cancel; 33 did",
        'message    {"maxTokens":34}',
      ].join("\n"),
    },
    remedy: "Hand the `AbortSignal` to whatever makes the frames, and stop when it fires.",
  },
  {
    id: "T5",
    title: "keeps concurrent streams apart",
    promise: "Frames of one stream never arrive on another caller's inbox.",
    appliesTo,
    effect: "calls",
    needs: [],
    evidence: "A stream that is in order alone, and ran beside others.",
    minimum: 4,
    breach: {
      fault: "The reply subject is kept in a variable that all requests share.",
      reported: [
        "of 2 streams at once each must be as it is alone; two first frames came",
        "came back  2 frames (0, 0), an end that counts 1",
      ].join("\n"),
    },
    remedy: "Keep everything about a stream in the handler's own scope.",
  },
  {
    id: "T6",
    title: "keeps its pace",
    promise:
      "The first frame comes before its deadline, each following one before the idle time-out, and none without credit; a contract file can bound them further.",
    appliesTo,
    effect: "calls",
    needs: ["`streaming` in a contract file for tighter bounds"],
    evidence:
      "A stream whose frames were timed, and which was left without credit for a while where it has more than 32. What is late counts when it is late three times in a row.",
    minimum: 10,
    breach: {
      fault: "A model is loaded with the first request.",
      reported: ["the first frame must come within 300 ms; it took 2100 ms"].join("\n"),
    },
    remedy:
      "Load before subscribing. Where a pause is part of the work, say so with a longer idle time-out in the contract.",
  },
];
