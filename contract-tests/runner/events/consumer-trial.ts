import { type EventBench, type Finding, nothing } from "../laws/law.ts";
import { type Outcome, type Witness, watchConsumers } from "./consumer-witness.ts";
import { type Consumers, consumersOf, type TriedConsumer, whyNotReady } from "./consumers.ts";
import type { KeepingStream } from "./keeping-stream.ts";
import { type ProbeEvent, type ProbePublisher, probePublisher } from "./probe-events.ts";

/** What events are tried on consumers with. */
export interface ConsumerTrial {
  readonly bench: EventBench;
  readonly stream: KeepingStream;
  readonly consumers: readonly TriedConsumer[];
  readonly witness: Witness;
  readonly publisher: ProbePublisher;
}

/** Tries events on the durable consumers of a binding, as `withConsumers`, or says why it cannot. */
export async function onConsumers(
  bench: EventBench,
  check: (trial: ConsumerTrial) => Promise<Finding>,
): Promise<Finding> {
  const found = await consumersOf(bench);
  return found.kind === "none"
    ? nothing(found.verdict, found.reason)
    : withConsumers(bench, found, check);
}

/** Watches consumers that are ready, while events are tried. The run's events are deleted afterwards. */
export async function withConsumers(
  bench: EventBench,
  { stream, consumers }: Extract<Consumers, { kind: "some" }>,
  check: (trial: ConsumerTrial) => Promise<Finding>,
): Promise<Finding> {
  for (const consumer of consumers) {
    const reason = await whyNotReady(stream, consumer);
    if (reason !== null) return nothing("inconclusive", reason);
  }
  const witness = await watchConsumers(bench, stream);
  const publisher = probePublisher(bench, stream);
  try {
    const finding = await check({ bench, stream, consumers, witness, publisher });
    const reason = witness.refusal();
    if (reason === null) return finding;
    const { samples, evidence } = finding;
    return { verdict: "inconclusive", samples, evidence, reason };
  } finally {
    witness.stop();
    await publisher.clean();
  }
}

/** An event that a consumer did not treat as it must. */
export interface Mistreated {
  readonly consumer: TriedConsumer;
  readonly outcome: Outcome;
}

/** A dead letter may come after the event was settled. */
const letterMs = 300;

/**
 * Publishes an event, and gives the first consumer that does not do what is wanted in time. Such an
 * event is deleted, because one that is sent again and again is in the way of the next.
 */
export async function firstMistreated(
  { bench, witness, publisher, consumers }: ConsumerTrial,
  event: ProbeEvent,
  isWanted: (consumer: TriedConsumer, outcome: Outcome) => boolean,
): Promise<Mistreated | null> {
  const { sequence } = await publisher.publish(event);
  const outcomes = await Promise.all(
    consumers.map(async (consumer): Promise<Mistreated> => {
      const { name, withinMs } = consumer;
      const first = await witness.outcome(name, sequence, withinMs);
      const isWaiting =
        bench.binding.deadLetterSubject !== null &&
        !isWanted(consumer, first) &&
        isWanted(consumer, { ...first, isDeadLettered: true });
      const outcome = isWaiting
        ? await witness.outcome(name, sequence, letterMs, (later) => isWanted(consumer, later))
        : first;
      return { consumer, outcome };
    }),
  );
  const bad = outcomes.find(({ consumer, outcome }) => !isWanted(consumer, outcome)) ?? null;
  if (bad !== null) await publisher.remove(sequence);
  return bad;
}

/** The consumer is done with it. */
export function isAcknowledged(_consumer: TriedConsumer, outcome: Outcome): boolean {
  return outcome.kind === "acknowledged" && !outcome.isDeadLettered;
}

/** The consumer got rid of it, in the way that is expected of it. */
export function isRid({ poison: expected }: TriedConsumer, outcome: Outcome): boolean {
  const isLetter = outcome.isDeadLettered && isOver(outcome);
  return expected === "dead-letter"
    ? isLetter
    : outcome.kind === "terminated" || (expected === null && isLetter);
}

function isOver({ kind }: Outcome): boolean {
  return kind === "terminated" || kind === "acknowledged";
}

/** One line for a report. */
export function describeOutcome({
  consumer: { withinMs },
  outcome: { kind, isDeadLettered, naks },
}: Mistreated): string {
  const letter = isDeadLettered ? ", and put it on the dead-letter subject" : "";
  switch (kind) {
    case "acknowledged":
      return `acknowledged it${letter}`;
    case "terminated":
      return `terminated it${letter}`;
    case "asked-again":
      return `asked for it again ${naks} times${letter}`;
    case "exhausted":
      return `let the server send it until it gave up${letter}`;
    case "silent":
      return `said ${naks === 0 ? "nothing" : `no more than ${naks} times "again"`} within ${withinMs} ms${letter}`;
  }
}
