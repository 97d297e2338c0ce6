import type { Message } from "@bufbuild/protobuf";
import { eventFailure, judgeEvent } from "../events/event-fault.ts";
import { fieldAt, hasField } from "../events/field-at.ts";
import { readHistory } from "../events/history.ts";
import { type KeepingStream, keepingStream } from "../events/keeping-stream.ts";
import type { SeenEvent } from "../events/seen-event.ts";
import { type EventBench, type EventLaw, type Finding, nothing } from "./law.ts";

/** The settings of a contract file that say what order there is. */
interface Order {
  /** The path of the key. */
  readonly key: string;
  /** The path of the number that rises by one. */
  readonly sequence: string;
}

/** An event that follows the older one `after`, which was read later. */
interface Later {
  readonly event: SeenEvent;
  readonly message: Message;
  readonly number: bigint;
}

const longestMs = 60_000;
/** Keys in memory at once; the newest event of each is. */
const mostKeys = 100_000;

/** The number of a key's events rises by one with each, in the order of the stream. */
export const ordered: EventLaw = {
  id: "E5",
  title: "keeps events of a key in order",
  minimum: 10,
  on: "event",
  effect: "observes",
  async check(bench) {
    const { orderedBy: key, sequence } = bench.settings.event ?? {};
    if (key === undefined || sequence === undefined) {
      return nothing("skipped", "no contract file says what its key and its sequence are");
    }
    const unknown = [key, sequence].find((path) => !hasField(bench.message, path));
    if (unknown !== undefined) {
      const reason = `${bench.message.typeName} has no scalar field ${unknown}, which the contract file names`;
      return nothing("inconclusive", reason);
    }
    if (bench.binding.encryption !== null) {
      return nothing("skipped", "its payloads are encrypted, and a run has no key for them");
    }
    const lookup = await keepingStream(bench.nc, bench.binding);
    if (lookup.kind === "unknown") return nothing("inconclusive", lookup.reason);
    return lookup.kind === "core"
      ? nothing("skipped", "no stream keeps it, so that its order is not kept either")
      : checkOrder(bench, lookup.stream, { key, sequence });
  },
};

async function checkOrder(
  bench: EventBench,
  stream: KeepingStream,
  { key, sequence }: Order,
): Promise<Finding> {
  const next = new Map<string, Later>();
  let pairs = 0;
  let bad: { readonly later: Later; readonly before: Later; readonly key: string } | null = null;
  const { isWhole } = await readHistory(
    stream,
    { newest: bench.settings.event?.last, longestMs },
    (event) => {
      const said = event.headers?.has("Charter-Probe") ? null : judgeEvent(bench, event, true);
      if (said?.kind !== "valid") return;
      const of = String(fieldAt(bench.message, said.message, key));
      const number = numberAt(bench, said.message, sequence);
      if (number === null) return;
      const before = { event, message: said.message, number };
      const later = next.get(of);
      if (later !== undefined) {
        pairs++;
        // The history is read backwards, so that the last one found is the first that went wrong.
        if (later.number !== number + 1n) bad = { later, before, key: of };
      }
      if (next.size < mostKeys || later !== undefined) next.set(of, before);
    },
  );
  const evidence = { stream: stream.name, keys: next.size, pairs };
  const at = { samples: pairs, evidence };
  // Assigned in the callback, which the compiler does not see.
  const found = bad as { later: Later; before: Later; key: string } | null;
  if (found !== null) {
    const { later, before } = found;
    const summary = `${sequence} of ${key} ${found.key.slice(0, 128)} must be ${before.number + 1n} at sequence ${later.event.sequence}; it is ${later.number}`;
    const answer = `the event of that key before it is at sequence ${before.event.sequence}, and has ${before.number}`;
    const failure = eventFailure(
      bench,
      { ...later.event, message: later.message },
      summary,
      answer,
    );
    return { ...at, verdict: "fail", failure };
  }
  if (isWhole && pairs >= bench.samples) return { ...at, verdict: "pass" };
  const reason = isWhole
    ? `${stream.name} holds ${pairs} events that follow another one of their key, and ${bench.samples} are needed`
    : `not all events could be read in ${longestMs / 1000} s; \`event.last\` of a contract file sets how many of the newest are`;
  return { ...at, verdict: "inconclusive", reason };
}

function numberAt(bench: EventBench, message: Message, path: string): bigint | null {
  const value = fieldAt(bench.message, message, path);
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}
