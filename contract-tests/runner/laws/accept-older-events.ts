import { benchAsReleased, comparedEvent, plainOf } from "../events/compared-event.ts";
import { type ConsumerTrial, onConsumers } from "../events/consumer-trial.ts";
import { eventsOf, probeOf } from "../events/valid-events.ts";
import { releasesOfType, type TypeAsReleased, whyNothingOlder } from "../releases.ts";
import { collectGrants } from "./granting.ts";
import type { EventLaw } from "./law.ts";
import { blamingRule } from "./refused-now.ts";
import { type Search, trySearches, unlessUnsatisfiable } from "./searches.ts";

/** Of each form of the event. */
const fewest = 5;

/**
 * What was valid under an older release of the major is acknowledged: the stream still has it, and its
 * publishers are still there. Releases whose event is the same are one.
 */
export const acceptOlderEvents: EventLaw = {
  id: "E7",
  title: "acknowledges what older releases published",
  minimum: fewest,
  on: "event",
  effect: "publishes",
  async check(bench) {
    const older = bench.contract.others.filter((each) => each.age === "older");
    const { forms, same, absent } = releasesOfType(older, bench.message, bench.generator.now);
    if (forms.length === 0) {
      const reason = whyNothingOlder("event", { same, absent }, bench.contract.leftOut);
      return { verdict: "skipped", samples: 0, evidence: { same, absent }, reason };
    }
    return onConsumers(bench, async (trial) => {
      const searches = forms.map((form) => olderRelease(trial, form));
      const finding = await trySearches(bench, searches, "acknowledged");
      const tried = finding.verdict === "pass" ? forms.flatMap(({ semvers }) => semvers) : [];
      for (const semver of [...same, ...tried]) bench.coverage.version(semver);
      const consumers = trial.consumers.map(({ name }) => name);
      return { ...finding, evidence: { ...finding.evidence, consumers, same, absent } };
    });
  },
};

function olderRelease(trial: ConsumerTrial, form: TypeAsReleased): Search {
  const { bench } = trial;
  const writer = benchAsReleased(bench, form);
  const what = `an event that is valid in ${writer.contract.semver}`;
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
          const said = await comparedEvent(trial, { event, plain, writer, what });
          if (said.kind !== "broken") return said;
          const blamed = { failure: said.failure, whom: "publishers" };
          return { ...said, failure: blamingRule(bench, bench.message, event.payload, blamed) };
        }),
      ),
  };
}
