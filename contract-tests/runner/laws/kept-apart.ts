import type { Message } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type CaseResult, findBroken, findingFrom, type PropertyResult } from "../property.ts";
import { listen, listenToAll, planOf, type StreamBench } from "../streams/listen.ts";
import { endFault, numberingFault, type Transcript } from "../streams/transcript.ts";
import { framesSubjectOf } from "../subjects.ts";
import type { Probe, StreamingLaw } from "./law.ts";
import { brokenStream, messagesOf, open, wasCut } from "./streams-judged.ts";

const rounds = 3;
const casesPerRound = 5;
/** Streams that run at once. */
const fewest = 2;
const most = 6;
/** Frames that are read of each: what is mixed up is so from the start. */
const mostFrames = 64;
const usualReadMs = 500;
/** Slow streams that are enough are not read again and again. */
const longestSearchMs = 5000;
/** Streams that run beside each other end beside each other, so that not much can come afterwards. */
const grace = { after: "eos", ms: 30 } as const;

/** A stream as it is alone, twice. */
interface Alone {
  readonly probe: Probe;
  readonly transcript: Transcript;
  readonly isKnown: boolean;
  /** Whether the second time gave the same frames. */
  readonly isSteady: boolean;
}

/** Frames of one stream never come to the reader of another. */
export const keptApart: StreamingLaw = {
  id: "T5",
  title: "keeps concurrent streams apart",
  minimum: 4,
  on: "streaming",
  effect: "calls",
  async check(bench) {
    const counts = { streams: 0, batches: 0, compared: 0 };
    const batches = fc.array(messagesOf(bench), { minLength: fewest, maxLength: most });
    const startedAt = performance.now();
    let result: PropertyResult = { kind: "kept" };
    for (let round = 0; round < rounds && counts.streams < bench.samples; round++) {
      const search = { seed: bench.seed + round, cases: casesPerRound, calls: bench.calls };
      result = await findBroken(batches, search, (messages) => {
        const isEnough = counts.streams >= bench.samples;
        return isEnough && performance.now() - startedAt > longestSearchMs
          ? Promise.resolve({ kind: "kept" })
          : apart(bench, messages, counts);
      });
      if (result.kind !== "kept") return findingFrom(result, counts.streams, counts);
    }
    const samples = counts.streams;
    if (samples >= bench.samples) return { verdict: "pass", samples, evidence: counts };
    const reason = `only ${samples} streams that are in order alone ran beside others, and ${bench.samples} are needed`;
    return { verdict: "inconclusive", samples, evidence: counts, reason };
  },
};

interface Counts {
  streams: number;
  batches: number;
  /** Streams whose frames could be told from those of others. */
  compared: number;
}

async function apart(
  bench: StreamBench,
  messages: readonly Message[],
  counts: Counts,
): Promise<CaseResult> {
  const all: Alone[] = [];
  for (const message of messages) {
    const alone = await seeAlone(bench, message);
    if (alone.kind === "schema-bug") return alone;
    if (alone.kind === "alone") all.push(alone);
  }
  if (all.length < fewest || shareSubject(bench, all)) return { kind: "kept" };
  // What goes astray may come to a stream that is over.
  const plan = planOf(bench, { mostFrames, longestMs: readMsOf(bench), grace });
  const together = await listenToAll(
    bench,
    all.map(({ probe }) => probe),
    plan,
    (transcript) => transcript.end.kind !== "idle" && faultOf(transcript) !== null,
  );
  for (const [i, transcript] of together.entries()) {
    const one = all[i] as Alone;
    if (saysNothing(transcript)) continue;
    const what = mixedUp(one, transcript, all);
    if (what !== null) {
      const summary = `of ${all.length} streams at once each must be as it is alone; ${what}`;
      return brokenStream(bench, { ...one, transcript }, { symptom: "mixed up", summary });
    }
    counts.streams++;
    if (one.isSteady) counts.compared++;
  }
  counts.batches++;
  return { kind: "kept" };
}

/** Void where the stream is not in order alone, which is for other laws, or is too short. */
async function seeAlone(
  bench: StreamBench,
  message: Message,
): Promise<
  { kind: "void" } | { kind: "schema-bug"; reason: string } | ({ kind: "alone" } & Alone)
> {
  const plan = planOf(bench, { mostFrames, longestMs: readMsOf(bench) });
  const first = await open(bench, message, { ...plan, grace });
  if (first.kind !== "opened") return first;
  const { probe, transcript, isKnown } = first;
  if (!isInOrder(transcript)) return { kind: "void" };
  const second = await listen(bench, probe, plan);
  if (!isInOrder(second)) return { kind: "void" };
  const isSteady = !wasCut(transcript, "time") && digestsOf(transcript) === digestsOf(second);
  return { kind: "alone", probe, transcript, isKnown, isSteady };
}

function readMsOf({ habits }: StreamBench): number {
  return habits.isEndless ? habits.afterOneOf(usualReadMs) : usualReadMs;
}

function isInOrder(transcript: Transcript): boolean {
  const { frames, end } = transcript;
  const isWhole = end.kind === "eos" || wasCut(transcript, "frames") || wasCut(transcript, "time");
  return isWhole && frames.length > 0 && faultOf(transcript) === null;
}

function faultOf(transcript: Transcript): string | null {
  const [, ...others] = transcript.frames;
  if (others.some(({ control }) => control !== null)) return "two first frames came";
  return numberingFault(transcript) ?? endFault(transcript);
}

/** What shows that frames came from another stream, or went to one, or null. */
function mixedUp(one: Alone, transcript: Transcript, all: readonly Alone[]): string | null {
  const fault = faultOf(transcript);
  if (fault !== null) return fault;
  if (transcript.frames.length === 0 && transcript.end.kind !== "eos") return "no frame came";
  if (!one.isSteady) return null;
  const own = new Set(one.transcript.frames.map(({ digest }) => digest));
  const others = new Set(
    all
      .filter((each) => each !== one && each.isSteady)
      .flatMap(({ transcript: alone }) => alone.frames.map(({ digest }) => digest)),
  );
  const foreign = transcript.frames.find(({ digest }) => !own.has(digest) && others.has(digest));
  return foreign === undefined ? null : `frame ${foreign.seq ?? "?"} is of another stream`;
}

/** A service may refuse so much at once; and where another stream is wrong, the rest is not read. */
function saysNothing({ end }: Transcript): boolean {
  return end.kind === "error" || (end.kind === "cut" && end.by === "reader");
}

function digestsOf({ frames }: Transcript): string {
  return frames.map(({ digest }) => digest).join();
}

/** Requests whose frames go to the same subject read each other's by right. */
function shareSubject(bench: StreamBench, all: readonly Alone[]): boolean {
  const isFresh = bench.binding.framesParameters.some(({ type }) => type === "string");
  if (bench.binding.framesPattern === null || isFresh) return false;
  const subjects = all.map(({ probe }) =>
    framesSubjectOf(bench.binding, bench.input, probe.message),
  );
  return new Set(subjects).size < subjects.length;
}
