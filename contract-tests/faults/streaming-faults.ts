import { errorFrame, type FeedFault, type Sent, startFeed, type Told } from "./feed.ts";
import { tellContract } from "./feed-contract.ts";
import type { PlantedFault } from "./planted-fault.ts";

function feedWith(law: string, fault: string, planted: FeedFault): PlantedFault {
  return {
    law,
    fault,
    contracts: async () => [await tellContract()],
    start: async (nc, isFaulty) => startFeed(nc, await tellContract(), isFaulty ? planted : {}),
  };
}

/** Milliseconds before a stream begins. */
const afterMs = 10;

export const streamingFaults: readonly PlantedFault[] = [
  feedWith("T1", "drops a frame of more than seven", {
    tell: (told, correct) =>
      told.tokens > 7 ? [...correct].filter((_, index) => index !== 6) : correct,
  }),
  feedWith("T2", "sends a frame after the end", {
    tell: (_told, correct) => lateFrame([...correct]),
  }),
  feedWith("T3", "goes on after an error", { tell: afterError }),
  feedWith("T4", "does not listen to a cancel", { ignoresCancel: true }),
  feedWith("T5", "sends all frames to the last caller", {
    sharesInbox: true,
    // By then all callers have come.
    tell: (_told, correct) =>
      [...correct].map((each, i) => (i === 0 ? { ...each, afterMs } : each)),
  }),
  feedWith("T6", "goes on when no credit comes", { patienceMs: 20 }),
];

/** The last frame is sent once more, behind the end. */
function lateFrame(messages: readonly Sent[]): readonly Sent[] {
  const last = messages.at(-2);
  return last === undefined ? messages : [...messages, last];
}

/** Long streams fail in the middle, and are told to their end all the same. */
function* afterError({ tokens }: Told, correct: Iterable<Sent>): Generator<Sent> {
  for (const [index, each] of [...correct].entries()) {
    yield each;
    if (tokens > 100 && index === 1) yield errorFrame(429);
  }
}
