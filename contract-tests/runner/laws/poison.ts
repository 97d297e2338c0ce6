import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { basesOf, breakRule } from "../../../registry/core/samples/breaking/negatives.ts";
import { type RuleTarget, ruleTargets } from "../../../registry/core/samples/breaking/targets.ts";
import { classify } from "../../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import { type Outcome, type Witness, watchConsumers } from "../events/consumer-witness.ts";
import { consumersOf, type TriedConsumer, whyNotReady } from "../events/consumers.ts";
import { eventFailure } from "../events/event-fault.ts";
import type { KeepingStream } from "../events/keeping-stream.ts";
import { type ProbeEvent, type ProbePublisher, probePublisher } from "../events/probe-events.ts";
import { probeOf, someEvents } from "../events/valid-events.ts";
import { type CaseResult, findBroken, type PropertyResult } from "../property.ts";
import type { FailureDetail } from "../report.ts";
import { subjectOf, tokensOf } from "../subjects.ts";
import { describeOutcome } from "./consumed.ts";
import type { EventBench, EventLaw, Finding } from "./law.ts";
import { nameOf } from "./reject-invalid.ts";

/** Rules that are broken, one poison each: a consumer that checks some rules checks all. */
const mostRules = 12;
const mostBytes = 16;

/**
 * Each durable consumer gets rid of an event that it cannot handle: it terminates it, or puts it on the
 * dead-letter subject, and goes on with the next valid one. The run's events are deleted afterwards.
 */
export const poison: EventLaw = {
  id: "E3",
  title: "gets rid of poison",
  minimum: 2,
  on: "event",
  effect: "publishes",
  async check(bench) {
    const found = await consumersOf(bench);
    if (found.kind === "none") return nothing(found.verdict, found.reason);
    const witness = await watchConsumers(bench, found.stream);
    const publisher = probePublisher(bench, found.stream);
    try {
      const trial = {
        bench,
        stream: found.stream,
        witness,
        publisher,
        consumers: found.consumers,
      };
      return await tryPoison(trial);
    } finally {
      witness.stop();
      await publisher.clean();
    }
  },
};

interface Trial {
  readonly bench: EventBench;
  readonly stream: KeepingStream;
  readonly witness: Witness;
  readonly publisher: ProbePublisher;
  readonly consumers: readonly TriedConsumer[];
}

async function tryPoison(trial: Trial): Promise<Finding> {
  const { bench, consumers } = trial;
  const [before, after] = someEvents(bench, 2);
  if (before === undefined || after === undefined) {
    return nothing("inconclusive", "no valid event could be made, to see that they still flow");
  }
  const unready = await whyNoneFlows(trial, before);
  if (unready !== null) return nothing("inconclusive", unready);
  const settled: string[] = [];
  const evidence = () => ({ consumers: consumers.map(({ name }) => name), poison: settled });
  for (const search of searches(trial, before)) {
    const result = await search.run();
    const at = { samples: settled.length, evidence: evidence() };
    const refusal = trial.witness.refusal();
    if (refusal !== null) return { ...at, verdict: "inconclusive", reason: refusal };
    if (result.kind === "broken") return { ...at, verdict: "fail", failure: result.failure };
    if (result.kind === "flaky") return { ...at, verdict: "flaky", failure: result.failure };
    if (result.kind === "schema-bug")
      return { ...at, verdict: "schema-bug", reason: result.reason };
    // A rule that cannot be broken here says nothing of the consumers.
    if (result.kind === "kept") settled.push(search.name);
  }
  const blocked = await firstBad(trial, after, isAcknowledged);
  const at = { samples: settled.length, evidence: evidence() };
  if (blocked === null) return { ...at, verdict: "pass" };
  const summary = `the consumer ${blocked.consumer.name} must go on with the next valid event after poison`;
  const answer = describeOutcome(blocked.outcome, blocked.consumer);
  return { ...at, verdict: "fail", failure: eventFailure(bench, after, summary, answer) };
}

/** Poison says nothing of a consumer that does not take valid events either. */
async function whyNoneFlows(trial: Trial, event: ProbeEvent): Promise<string | null> {
  for (const consumer of trial.consumers) {
    const reason = await whyNotReady(trial.stream, consumer);
    if (reason !== null) return reason;
  }
  const bad = await firstBad(trial, event, isAcknowledged);
  return bad === null
    ? null
    : `the consumer ${bad.consumer.name} does not acknowledge a valid event either: see E2`;
}

interface PoisonSearch {
  readonly name: string;
  run(): Promise<PropertyResult>;
}

function* searches(trial: Trial, valid: ProbeEvent): Iterable<PoisonSearch> {
  const { bench } = trial;
  const { generator, message: desc } = bench;
  const bytes = fc.uint8Array({ minLength: 1, maxLength: mostBytes });
  yield {
    name: "undecodable",
    run: () =>
      findBroken(bytes, { seed: bench.seed, cases: 1, calls: bench.calls }, async (payload) => {
        if (classify(generator.schema, desc, payload).kind !== "undecodable")
          return { kind: "void" };
        const event = { subject: valid.subject, payload, message: null };
        return poisoning(trial, event, "an undecodable event", null);
      }),
  };
  const targets = [...ruleTargets(generator, desc)].slice(0, mostRules);
  for (const [i, target] of targets.entries()) {
    yield { name: nameOf(target), run: () => breaking(trial, target, bench.seed + 1 + i) };
  }
}

async function breaking(trial: Trial, target: RuleTarget, seed: number): Promise<PropertyResult> {
  const { bench } = trial;
  const { generator, message: desc, binding, calls } = bench;
  try {
    const bases = basesOf(generator, desc, target, tokensOf(binding));
    return await findBroken(bases, { seed, cases: 1, calls }, async (valid) => {
      const base = probeOf(bench, valid);
      const broken = base === null ? null : breakRule(generator, desc, target, valid);
      if (base === null || broken?.kind !== "broken") return { kind: "void" };
      const { message } = broken.negative;
      const subject = subjectOf(binding, desc, message) ?? base.subject;
      const event = { subject, message, payload: toBinary(desc, message) };
      bench.coverage.ruleBroken(nameOf(target));
      const what = `an event that breaks ${target.rule} at ${target.path || "the message"}`;
      const rule = { ...target.place, id: target.rule, field: target.path };
      return poisoning(trial, event, what, rule);
    });
  } catch (error) {
    if (error instanceof Unsatisfiable) return { kind: "undecided", reason: error.message };
    throw error;
  }
}

async function poisoning(
  trial: Trial,
  event: ProbeEvent,
  what: string,
  rule: FailureDetail["rule"],
): Promise<CaseResult> {
  const { bench } = trial;
  const { deadLetterSubject } = bench.binding;
  const isRid = ({ poison: expected }: TriedConsumer, outcome: Outcome) =>
    expected === "dead-letter"
      ? outcome.isDeadLettered && isOver(outcome)
      : outcome.kind === "terminated" ||
        (expected === null && outcome.isDeadLettered && isOver(outcome));
  const bad = await firstBad(trial, event, isRid);
  // What loops is sent until it is deleted, and would be in the way of the next case.
  if (bad !== null) await trial.publisher.remove(bad.sequence);
  if (bad === null) return { kind: "kept" };
  const ways =
    deadLetterSubject === null ? "terminate" : `terminate, or put on ${deadLetterSubject},`;
  const summary = `the consumer ${bad.consumer.name} must ${waysOf(bad.consumer, ways)} ${what}`;
  const answer = describeOutcome(bad.outcome, bad.consumer);
  const failure = eventFailure(bench, event, summary, answer, rule);
  return { kind: "broken", symptom: bad.outcome.kind, failure };
}

function waysOf({ poison: expected }: TriedConsumer, either: string): string {
  if (expected === null) return either;
  return expected === "terminate" ? "terminate" : "put on the dead-letter subject";
}

function isOver({ kind }: Outcome): boolean {
  return kind === "terminated" || kind === "acknowledged";
}

function isAcknowledged(_consumer: TriedConsumer, { kind }: Outcome): boolean {
  return kind === "acknowledged";
}

/** An event that a consumer did not treat as it must. */
interface Bad {
  readonly consumer: TriedConsumer;
  readonly outcome: Outcome;
  readonly sequence: number;
}

/** A dead letter may come after the event was settled. */
const letterMs = 300;

/** Publishes an event, and gives the first consumer that does not do what is wanted in time. */
async function firstBad(
  { bench, witness, publisher, consumers }: Trial,
  event: ProbeEvent,
  isWanted: (consumer: TriedConsumer, outcome: Outcome) => boolean,
): Promise<Bad | null> {
  const { sequence } = await publisher.publish(event);
  const outcomes = await Promise.all(
    consumers.map(async (consumer): Promise<Bad> => {
      const { name, withinMs } = consumer;
      const first = await witness.outcome(name, sequence, withinMs);
      const isWaiting =
        bench.binding.deadLetterSubject !== null && isOver(first) && !isWanted(consumer, first);
      const outcome = isWaiting
        ? await witness.outcome(name, sequence, letterMs, (later) => isWanted(consumer, later))
        : first;
      return { consumer, outcome, sequence };
    }),
  );
  return outcomes.find(({ consumer, outcome }) => !isWanted(consumer, outcome)) ?? null;
}

function nothing(verdict: "skipped" | "inconclusive", reason: string): Finding {
  return { verdict, samples: 0, evidence: {}, reason };
}
