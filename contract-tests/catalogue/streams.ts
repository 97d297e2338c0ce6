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
      fault: "The service drops a frame after seven.",
      reported: [
        "frames must be numbered without a gap; frame 7 is missing",
        "came back  0 1 2 3 4 5 6 8",
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
    evidence: "A stream that was read to its end, and for a while afterwards.",
    minimum: 10,
    breach: {
      fault: "The end is sent before the last frame has left.",
      reported: ["nothing may follow the end; 1 frame did", 'message    {"maxTokens":2}'].join(
        "\n",
      ),
    },
    remedy: "Await every frame before the end is sent, and return after it.",
  },
  {
    id: "T3",
    title: "ends with its error",
    promise: "An error in the middle is the last frame: it carries the error headers, and ends.",
    appliesTo,
    effect: "calls",
    needs: [],
    evidence: "A stream that failed: a request that breaks a rule, and whatever failed by itself.",
    minimum: 1,
    breach: {
      fault: "The service logs an exception, and the caller waits for ever.",
      reported: [
        "a stream that fails must end with its error",
        "came back  3 frames, then nothing for 2000 ms",
      ].join("\n"),
    },
    remedy: "Send the error headers when the handler throws, also after the first frame.",
  },
  {
    id: "T4",
    title: "stops when the caller cancels",
    promise:
      "After a cancel on the control subject of frame 0, no more frames come than are on their way.",
    appliesTo,
    effect: "calls",
    needs: ["the right to publish on `_CHARTER.ctl.>`"],
    evidence: "A stream that was cancelled while it was running.",
    minimum: 3,
    breach: {
      fault: "The handler does not look at its abort signal.",
      reported: [
        "at most 32 frames may follow a cancel; 500 did",
        'message    {"maxTokens":500}',
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
    evidence: "A stream that ran while others did.",
    minimum: 4,
    breach: {
      fault: "The reply subject is kept in a variable that all requests share.",
      reported: [
        "frames of one stream came on the inbox of another",
        'message    {"requestId":"a"}',
      ].join("\n"),
    },
    remedy: "Keep everything about a stream in the handler's own scope.",
  },
  {
    id: "T6",
    title: "keeps its pace",
    promise:
      "The first frame comes before its deadline, and each following one before the idle time-out; a contract file can bound them further.",
    appliesTo,
    effect: "calls",
    needs: ["`streaming` in a contract file for tighter bounds"],
    evidence: "A stream whose frames were timed.",
    minimum: 10,
    breach: {
      fault: "A model is loaded with the first request.",
      reported: [
        "the first frame must come within 300 ms",
        "came back  first frame after 2100 ms",
      ].join("\n"),
    },
    remedy:
      "Load before subscribing. Where a pause is part of the work, say so with a longer idle time-out in the contract.",
  },
];
