import { weakestOf } from "../discovery.ts";
import { type EventJudgement, eventFailure, judgeEvent } from "../events/event-fault.ts";
import { readHistory } from "../events/history.ts";
import { eventsIn, type KeepingStream, keepingStream } from "../events/keeping-stream.ts";
import type { SeenEvent } from "../events/seen-event.ts";
import type { EvidenceKind } from "../report.ts";
import { type EventBench, type EventLaw, type Finding, nothing } from "./law.ts";

/** A broken event, as far as it is kept for the report. */
interface BadEvent {
  readonly event: SeenEvent;
  readonly fault: Extract<EventJudgement, { kind: "broken" }>;
}

/** What was found in the events of a binding. */
interface Audit {
  valid: number;
  /** Events of runs like this one, which break rules on purpose. */
  probes: number;
  broken: number;
  readonly bad: BadEvent[];
  unreadable: string | null;
  ruleError: string | null;
  /** Who says so in the header `Charter-Evidence`. */
  readonly publishers: Set<EvidenceKind>;
}

const minimum = 5;
/** Broken events that a report names; all are counted. */
const mostNamed = 1000;
const mostShown = 10;
/** Some 40,000 events are read in a second; millions want `last`. */
const longestMs = 60_000;
/** Their fields are counted as tried; the rest has the same, and costs more. */
const mostCovered = 500;

/**
 * What was published keeps the contract: each event decodes and validates, its subject is what its
 * fields give, and its headers are there. The stream's history is read, or what is heard during the
 * run where no stream keeps the event. Nothing is asked of the publisher.
 */
export const publishedValid: EventLaw = {
  id: "E1",
  title: "publishes only valid events",
  minimum,
  on: "event",
  effect: "observes",
  async check(bench) {
    if (bench.binding.encryption !== null) {
      return nothing("skipped", "its payloads are encrypted, and a run has no key for them");
    }
    const lookup = await keepingStream(bench.nc, bench.binding);
    return lookup.kind === "kept"
      ? checkKept(bench, lookup.stream)
      : checkHeard(bench, lookup.kind === "core" ? "no stream keeps it" : lookup.reason);
  },
};

async function checkKept(bench: EventBench, stream: KeepingStream): Promise<Finding> {
  const audit = newAudit();
  const newest = bench.settings.event?.last;
  const { read, isWhole } = await readHistory(stream, { newest, longestMs }, (event) =>
    take(audit, bench, event, true),
  );
  const evidence = { stream: stream.name, read, probes: audit.probes };
  const quiet = `${stream.name} holds ${audit.valid} events of it, and ${minimum} are needed: let its publisher publish`;
  const cut = `${read} of ${eventsIn(stream)} events were read in ${longestMs / 1000} s; \`event.last\` of a contract file sets how many of the newest are`;
  return findingOf(bench, audit, evidence, isWhole ? quiet : cut, isWhole);
}

async function checkHeard(bench: EventBench, why: string): Promise<Finding> {
  await bench.heard.enough(minimum);
  const audit = newAudit();
  for (const event of bench.heard.events) take(audit, bench, event, false);
  const { count, refusal } = bench.heard;
  const quiet =
    refusal ??
    `${count} events were heard during the run, and ${minimum} are needed: let its publisher publish while the run goes on (${why})`;
  return findingOf(bench, audit, { heard: count }, quiet, true);
}

function newAudit(): Audit {
  return {
    valid: 0,
    probes: 0,
    broken: 0,
    bad: [],
    unreadable: null,
    ruleError: null,
    publishers: new Set(),
  };
}

function take(audit: Audit, bench: EventBench, event: SeenEvent, isKept: boolean): void {
  if (event.headers?.has("Charter-Probe")) {
    audit.probes++;
    return;
  }
  const publisher = event.headers?.get("Charter-Evidence");
  if (publisher === "mock" || publisher === "reference") audit.publishers.add(publisher);
  const said = judgeEvent(bench, event, isKept);
  if (said.kind === "broken") {
    audit.broken++;
    if (audit.bad.length < mostNamed) audit.bad.push({ event, fault: said });
  } else if (said.kind === "valid") {
    if (audit.valid++ < mostCovered) bench.coverage.tried(said.message);
  } else if (said.kind === "rule-error") audit.ruleError = said.reason;
  else audit.unreadable = said.reason;
}

function findingOf(
  bench: EventBench,
  audit: Audit,
  found: Finding["evidence"],
  thin: string,
  isWhole: boolean,
): Finding {
  const bad = audit.bad.toSorted((a, b) => (a.event.sequence ?? 0) - (b.event.sequence ?? 0));
  const samples = audit.valid + audit.broken;
  const evidence = {
    ...found,
    valid: audit.valid,
    broken: audit.broken,
    ...(bad.length === 0 ? {} : { bad: bad.map(nameOf) }),
  };
  const at = { samples, evidence, publishedBy: weakestOf([...audit.publishers]) };
  const [first] = bad;
  if (first !== undefined) {
    return { ...at, verdict: "fail", failure: failureOf(bench, first, bad, audit) };
  }
  const { ruleError, unreadable } = audit;
  if (ruleError !== null) {
    const reason = `a rule of ${bench.message.typeName}: ${ruleError}`;
    return { ...at, verdict: "schema-bug", reason };
  }
  const reason = unreadable ?? (isWhole && samples >= minimum ? null : thin);
  return reason === null ? { ...at, verdict: "pass" } : { ...at, verdict: "inconclusive", reason };
}

/** `2001: string.min_len` */
function nameOf({ event, fault }: BadEvent): string {
  return `${event.sequence ?? event.subject}: ${fault.rules.join(", ")}`;
}

function failureOf(
  bench: EventBench,
  { event, fault }: BadEvent,
  bad: readonly BadEvent[],
  { broken, valid }: Audit,
) {
  const shown = bad.slice(0, mostShown).map(nameOf).join("; ");
  const more = broken > mostShown ? `; and ${broken - mostShown} more` : "";
  const where = event.sequence === null ? "" : " by their sequence numbers";
  const summary = `${broken} of ${valid + broken} events break the contract${where}: ${shown}${more}`;
  return eventFailure(
    bench,
    { ...event, message: fault.message },
    summary,
    `the first of them: ${fault.reason}`,
  );
}
