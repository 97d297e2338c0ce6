import type { Message } from "@bufbuild/protobuf";
import {
  type ConsumerTrial,
  describeOutcome,
  firstMistreated,
  isAcknowledged,
  withConsumers,
} from "../events/consumer-trial.ts";
import { consumersOf, type TriedConsumer } from "../events/consumers.ts";
import { eventFailure, judgeEvent } from "../events/event-fault.ts";
import { eventFrom } from "../events/get-stored.ts";
import type { KeepingStream } from "../events/keeping-stream.ts";
import { eventsOf, probeOf } from "../events/valid-events.ts";
import { type CaseResult, findBroken, findingFrom } from "../property.ts";
import { reasonNotTo } from "../safety.ts";
import { type EventBench, type EventLaw, type Finding, nothing } from "./law.ts";

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
      ? withConsumers(bench, found, publishAll)
      : lookAtConsumers(bench, found.stream, found.consumers);
  },
};

async function publishAll(trial: ConsumerTrial): Promise<Finding> {
  const { bench, consumers } = trial;
  let acknowledged = 0;
  const search = { seed: bench.seed, cases: bench.samples, calls: bench.calls };
  const result = await findBroken(eventsOf(bench), search, async (message) => {
    const said = await acceptance(trial, message);
    if (said.kind === "kept") acknowledged++;
    return said;
  });
  const evidence = { consumers: consumers.map(({ name }) => name), acknowledged };
  return result.kind === "kept"
    ? { verdict: "pass", samples: acknowledged, evidence }
    : findingFrom(result, acknowledged, evidence);
}

async function acceptance(trial: ConsumerTrial, message: Message): Promise<CaseResult> {
  const { bench } = trial;
  const event = probeOf(bench, message);
  if (event === null) return { kind: "void" };
  const bad = await firstMistreated(trial, event, isAcknowledged);
  bench.coverage.tried(message);
  if (bad === null) return { kind: "kept" };
  const { name, withinMs } = bad.consumer;
  const summary = `the consumer ${name} must acknowledge a valid event within ${withinMs} ms`;
  const failure = eventFailure(bench, event, summary, describeOutcome(bad));
  return { kind: "broken", symptom: bad.outcome.kind, failure };
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
