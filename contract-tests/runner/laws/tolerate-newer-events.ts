import type { Message } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  benchAsReleased,
  comparedEvent,
  type ForeignEvent,
  mistreatment,
  plainOf,
} from "../events/compared-event.ts";
import {
  type ConsumerTrial,
  firstMistreated,
  isAcknowledged,
  isRid,
  onConsumers,
} from "../events/consumer-trial.ts";
import type { Outcome } from "../events/consumer-witness.ts";
import type { TriedConsumer } from "../events/consumers.ts";
import { eventsOf, probeOf } from "../events/valid-events.ts";
import type { CaseResult } from "../property.ts";
import { releasesOfType, type TypeAsReleased } from "../releases.ts";
import { enumSearches } from "./enum-searches.ts";
import { collectGrants } from "./granting.ts";
import type { EventLaw } from "./law.ts";
import { type Search, trySearches, unlessUnsatisfiable } from "./searches.ts";
import { addedFields, withFields } from "./unknown-parts.ts";

/** Of each kind of newer event but enum values. */
const fewest = 5;

/** What a newer release adds is no reason not to acknowledge: publishers are the first to have it. */
export const tolerateNewerEvents: EventLaw = {
  id: "E8",
  title: "acknowledges what newer releases publish",
  minimum: fewest,
  on: "event",
  effect: "publishes",
  check: (bench) =>
    onConsumers(bench, async (trial) => {
      const newer = bench.contract.others.filter((each) => each.age === "newer");
      const { forms, same } = releasesOfType(newer, bench.message, bench.generator.now);
      const searches = [
        unknownFields(trial),
        ...enumSearches(bench, bench.message, (changed, plain, what) =>
          extended(trial, changed, plain, `a valid event with ${what},`),
        ),
        ...forms.map((form) => newerRelease(trial, form)),
      ];
      const finding = await trySearches(bench, searches, "acknowledged");
      const tried = finding.verdict === "pass" ? forms.flatMap(({ semvers }) => semvers) : [];
      for (const semver of [...same, ...tried]) bench.coverage.version(semver);
      const consumers = trial.consumers.map(({ name }) => name);
      return { ...finding, evidence: { ...finding.evidence, consumers } };
    }),
};

function unknownFields(trial: ConsumerTrial): Search {
  const { bench } = trial;
  const wanted = Math.max(fewest, bench.samples);
  const cases = fc
    .tuple(eventsOf(bench), addedFields)
    .map(([plain, added]) => ({ plain, message: withFields(bench.message, plain, added) }));
  return {
    name: "unknown fields",
    wanted,
    isNeeded: true,
    run: (seed) =>
      collectGrants(bench, cases, { seed, wanted }, ({ message, plain }) =>
        extended(trial, message, plain, "a valid event with an unknown field"),
      ),
  };
}

async function extended(
  trial: ConsumerTrial,
  message: Message,
  plain: Message,
  what: string,
): Promise<CaseResult> {
  const { bench } = trial;
  const event = probeOf(bench, message);
  if (event === null) return { kind: "void" };
  return comparedEvent(trial, { event, plain, writer: bench, what });
}

function newerRelease(trial: ConsumerTrial, form: TypeAsReleased): Search {
  const { bench } = trial;
  const writer = benchAsReleased(bench, form);
  const what = `an event that is valid in the newer ${writer.contract.semver}`;
  const wanted = Math.max(fewest, bench.samples);
  return {
    name: form.semvers.join(", "),
    wanted,
    isNeeded: true,
    run: (seed) =>
      unlessUnsatisfiable(() =>
        collectGrants(bench, eventsOf(writer), { seed, wanted }, async (message) => {
          const event = probeOf(writer, message);
          if (event === null) return { kind: "void" };
          const plain = plainOf(bench.message, event.payload);
          const foreign = { event, plain, writer, what };
          return probeOf(bench, plain) === null
            ? settled(trial, foreign)
            : comparedEvent(trial, foreign);
        }),
      ),
  };
}

/** A consumer may take what the rules here forbid for poison, and be done with it. */
async function settled(trial: ConsumerTrial, foreign: ForeignEvent): Promise<CaseResult> {
  const isSettled = (consumer: TriedConsumer, outcome: Outcome) =>
    isAcknowledged(consumer, outcome) || isRid(consumer, outcome);
  const bad = await firstMistreated(trial, foreign.event, isSettled);
  return bad === null
    ? { kind: "kept", refusal: "settled, though a rule here forbids it" }
    : mistreatment(trial, foreign, bad, "settle");
}
