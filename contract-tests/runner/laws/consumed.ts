import type { Message } from "@bufbuild/protobuf";
import { type Outcome, type Witness, watchConsumers } from "../events/consumer-witness.ts";
import { consumersOf, type TriedConsumer, whyNotReady } from "../events/consumers.ts";
import { eventFailure, judgeEvent } from "../events/event-fault.ts";
import { eventFrom } from "../events/get-stored.ts";
import type { KeepingStream } from "../events/keeping-stream.ts";
import { type ProbePublisher, probePublisher } from "../events/probe-events.ts";
import { eventsOf, probeOf } from "../events/valid-events.ts";
import { type CaseResult, findBroken } from "../property.ts";
import { reasonNotTo } from "../safety.ts";
import type { EventBench, EventLaw, Finding } from "./law.ts";

/**
 * Each durable consumer acknowledges every valid event in time. Where events may be published, valid
 * ones are; elsewhere it is looked at what the consumers have done so far.
 */
export const consumed: EventLaw = {
  id: "E2",
  title: "acknowledges valid events",
  minimum: 5,
  on: "event",
  effect: "observes",
  async check(bench) {
    const found = await consumersOf(bench);
    if (found.kind === "none") return nothing(found.verdict, found.reason);
    const mayPublish = reasonNotTo("publishes", "unknown", bench.environmentClass) === null;
    return mayPublish
      ? publishAndWatch(bench, found.stream, found.consumers)
      : lookAtConsumers(bench, found.stream, found.consumers);
  },
};

async function publishAndWatch(
  bench: EventBench,
  stream: KeepingStream,
  consumers: readonly TriedConsumer[],
): Promise<Finding> {
  for (const consumer of consumers) {
    const reason = await whyNotReady(stream, consumer);
    if (reason !== null) return nothing("inconclusive", reason);
  }
  const witness = await watchConsumers(bench, stream);
  const publisher = probePublisher(bench, stream);
  let acknowledged = 0;
  try {
    const search = { seed: bench.seed, cases: bench.samples, calls: bench.calls };
    const result = await findBroken(eventsOf(bench), search, async (message) => {
      const said = await acceptance(bench, { witness, publisher, consumers }, message);
      if (said.kind === "kept") acknowledged++;
      return said;
    });
    const evidence = { consumers: consumers.map(({ name }) => name), acknowledged };
    const at = { samples: acknowledged, evidence };
    const refusal = witness.refusal();
    if (refusal !== null) return { ...at, verdict: "inconclusive", reason: refusal };
    if (result.kind === "kept") return { ...at, verdict: "pass" };
    if (result.kind === "broken") return { ...at, verdict: "fail", failure: result.failure };
    if (result.kind === "flaky") return { ...at, verdict: "flaky", failure: result.failure };
    const verdict = result.kind === "schema-bug" ? "schema-bug" : "inconclusive";
    return { ...at, verdict, reason: result.reason };
  } finally {
    witness.stop();
    await publisher.clean();
  }
}

interface Tools {
  readonly witness: Witness;
  readonly publisher: ProbePublisher;
  readonly consumers: readonly TriedConsumer[];
}

async function acceptance(
  bench: EventBench,
  { witness, publisher, consumers }: Tools,
  message: Message,
): Promise<CaseResult> {
  const event = probeOf(bench, message);
  if (event === null) return { kind: "void" };
  const { sequence } = await publisher.publish(event);
  const outcomes = await Promise.all(
    consumers.map(async (consumer) => {
      const outcome = await witness.outcome(consumer.name, sequence, consumer.withinMs);
      return { consumer, outcome };
    }),
  );
  bench.coverage.tried(message);
  const bad = outcomes.find(
    ({ outcome }) => outcome.kind !== "acknowledged" || outcome.isDeadLettered,
  );
  if (bad === undefined) return { kind: "kept" };
  const summary = `the consumer ${bad.consumer.name} must acknowledge a valid event within ${bad.consumer.withinMs} ms`;
  const failure = eventFailure(bench, event, summary, describeOutcome(bad.outcome, bad.consumer));
  return { kind: "broken", symptom: bad.outcome.kind, failure };
}

/** One line for a report. */
export function describeOutcome(
  { kind, isDeadLettered, naks }: Outcome,
  { withinMs }: TriedConsumer,
): string {
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

/** What consumers have done so far, and whether they get on: nothing is published. */
async function lookAtConsumers(
  bench: EventBench,
  stream: KeepingStream,
  consumers: readonly TriedConsumer[],
): Promise<Finding> {
  let samples = Number.POSITIVE_INFINITY;
  const evidence: Record<string, string> = {};
  for (const { name, withinMs, info } of consumers) {
    const floor = info.ack_floor.stream_seq;
    samples = Math.min(samples, info.ack_floor.consumer_seq);
    const { num_pending: pending, num_ack_pending: inHand, num_redelivered: again } = info;
    evidence[name] =
      `${info.ack_floor.consumer_seq} settled, ${inHand} in hand, ${pending} before it`;
    if (again === 0) continue;
    await new Promise((resolve) => setTimeout(resolve, withinMs));
    const later = await stream.jsm.consumers.info(stream.name, name);
    if (later.ack_floor.stream_seq > floor || later.num_redelivered === 0) continue;
    const event = await eventFrom(stream, floor + 1);
    const said = event === null ? null : judgeEvent(bench, event, true);
    if (event === null || said?.kind !== "valid") continue;
    const summary = `the consumer ${name} must acknowledge a valid event; the one at sequence ${event.sequence} is sent to it again and again`;
    const answer = `${later.num_redelivered} events were sent again, and none was settled for ${withinMs} ms`;
    const failure = eventFailure(bench, { ...event, message: said.message }, summary, answer);
    return { verdict: "fail", samples, evidence, failure };
  }
  if (samples >= bench.samples) return { verdict: "pass", samples, evidence };
  const reason = `${samples} events were settled, and ${bench.samples} are needed; events are published only into an ephemeral environment`;
  return { verdict: "inconclusive", samples, evidence, reason };
}

function nothing(verdict: "skipped" | "inconclusive", reason: string): Finding {
  return { verdict, samples: 0, evidence: {}, reason };
}
