import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { basesOf, breakRule } from "../../../registry/core/samples/breaking/negatives.ts";
import { type RuleTarget, ruleTargets } from "../../../registry/core/samples/breaking/targets.ts";
import { classify } from "../../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import {
  type ConsumerTrial,
  describeOutcome,
  firstMistreated,
  isAcknowledged,
  isRid,
  onConsumers,
} from "../events/consumer-trial.ts";
import type { TriedConsumer } from "../events/consumers.ts";
import { eventFailure } from "../events/event-fault.ts";
import type { ProbeEvent } from "../events/probe-events.ts";
import { probeOf, someEvents } from "../events/valid-events.ts";
import { type CaseResult, findBroken, type PropertyResult } from "../property.ts";
import type { FailureDetail } from "../report.ts";
import { subjectOf, tokensOf } from "../subjects.ts";
import { type EventLaw, type Finding, nothing } from "./law.ts";
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
  check: (bench) => onConsumers(bench, tryPoison),
};

async function tryPoison(trial: ConsumerTrial): Promise<Finding> {
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
    if (result.kind === "broken") return { ...at, verdict: "fail", failure: result.failure };
    if (result.kind === "flaky") return { ...at, verdict: "flaky", failure: result.failure };
    if (result.kind === "schema-bug")
      return { ...at, verdict: "schema-bug", reason: result.reason };
    // A rule that cannot be broken here says nothing of the consumers.
    if (result.kind === "kept") settled.push(search.name);
  }
  const blocked = await firstMistreated(trial, after, isAcknowledged);
  const at = { samples: settled.length, evidence: evidence() };
  if (blocked === null) return { ...at, verdict: "pass" };
  const summary = `the consumer ${blocked.consumer.name} must go on with the next valid event after poison`;
  const answer = describeOutcome(blocked);
  return { ...at, verdict: "fail", failure: eventFailure(bench, after, summary, answer) };
}

/** Poison says nothing of a consumer that does not take valid events either. */
async function whyNoneFlows(trial: ConsumerTrial, event: ProbeEvent): Promise<string | null> {
  const bad = await firstMistreated(trial, event, isAcknowledged);
  return bad === null
    ? null
    : `the consumer ${bad.consumer.name} does not acknowledge a valid event either: see E2`;
}

interface PoisonSearch {
  readonly name: string;
  run(): Promise<PropertyResult>;
}

function* searches(trial: ConsumerTrial, valid: ProbeEvent): Iterable<PoisonSearch> {
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

async function breaking(
  trial: ConsumerTrial,
  target: RuleTarget,
  seed: number,
): Promise<PropertyResult> {
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
  trial: ConsumerTrial,
  event: ProbeEvent,
  what: string,
  rule: FailureDetail["rule"],
): Promise<CaseResult> {
  const { bench } = trial;
  const { deadLetterSubject } = bench.binding;
  const bad = await firstMistreated(trial, event, isRid);
  if (bad === null) return { kind: "kept" };
  const ways =
    deadLetterSubject === null ? "terminate" : `terminate, or put on ${deadLetterSubject},`;
  const summary = `the consumer ${bad.consumer.name} must ${waysOf(bad.consumer, ways)} ${what}`;
  const answer = describeOutcome(bad);
  const failure = eventFailure(bench, event, summary, answer, rule);
  return { kind: "broken", symptom: bad.outcome.kind, failure };
}

function waysOf({ poison: expected }: TriedConsumer, either: string): string {
  if (expected === null) return either;
  return expected === "terminate" ? "terminate" : "put on the dead-letter subject";
}
