import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { holdsSensitive } from "../calls/answers.ts";
import type { EventBench } from "../laws/law.ts";
import type { CaseResult } from "../property.ts";
import type { TypeAsReleased } from "../releases.ts";
import {
  type ConsumerTrial,
  describeOutcome,
  firstMistreated,
  isAcknowledged,
  type Mistreated,
} from "./consumer-trial.ts";
import { eventFailure } from "./event-fault.ts";
import type { ProbeEvent } from "./probe-events.ts";
import { probeOf } from "./valid-events.ts";

/** An event that has something of another release in it. */
export interface ForeignEvent {
  readonly event: ProbeEvent;
  /** The same without it. */
  readonly plain: Message;
  /** The bench of the release that it is valid in. */
  readonly writer: EventBench;
  /** `an event that is valid in 1.0.0` */
  readonly what: string;
}

/** The bench for events as a release has them, which is said to have written them. */
export function benchAsReleased(bench: EventBench, form: TypeAsReleased): EventBench {
  const semver = form.semvers.at(-1) ?? bench.contract.semver;
  const { generator, desc: message } = form;
  return { ...bench, message, generator, contract: { ...bench.contract, semver } };
}

/** The same message as a release under test writes it: without what its type does not know. */
export function plainOf(current: DescMessage, payload: Uint8Array): Message {
  return fromBinary(current, payload, { readUnknownFields: false });
}

/**
 * Each consumer acknowledges an event with something of another release in it. Where it does not take
 * the plain one either, that is the finding of another law.
 */
export async function comparedEvent(
  trial: ConsumerTrial,
  foreign: ForeignEvent,
): Promise<CaseResult> {
  const bad = await firstMistreated(trial, foreign.event, isAcknowledged);
  if (bad === null) return { kind: "kept" };
  const plain = probeOf(trial.bench, foreign.plain);
  const isOfIt = plain === null || (await firstMistreated(trial, plain, isAcknowledged)) === null;
  return isOfIt
    ? mistreatment(trial, foreign, bad, "acknowledge")
    : { kind: "kept", refusal: `${bad.outcome.kind}, as without it: see E2` };
}

/** @param must what the consumer had to do with it */
export function mistreatment(
  { bench }: Pick<ConsumerTrial, "bench">,
  { event, writer, what }: ForeignEvent,
  bad: Mistreated,
  must: string,
): Extract<CaseResult, { kind: "broken" }> {
  const { name, withinMs } = bad.consumer;
  const summary = `the consumer ${name} must ${must} ${what} within ${withinMs} ms`;
  // What is sensitive now was so before anybody said it.
  const shownAs = holdsSensitive(bench.message) ? bench : writer;
  const failure = eventFailure(shownAs, event, summary, describeOutcome(bad));
  return { kind: "broken", symptom: bad.outcome.kind, failure };
}
