import { jetstreamManager } from "@nats-io/jetstream";
import { subjectsOf } from "../../../registry/core/binding/binding.ts";
import { nearestPatterns } from "../../../registry/core/subject/nearest.ts";
import { parsePattern, wildcardOf } from "../../../registry/core/subject/pattern.ts";
import { filterTakes } from "../events/filter-takes.ts";
import type { FailureDetail } from "../report.ts";
import type { AccountBench, AccountLaw } from "./account-law.ts";
import { nothing } from "./law.ts";

/** A subject that is used, and by what. */
interface Used {
  readonly subject: string;
  /** `17 events in ORDERS`, or `served by shop`. */
  readonly by: string;
}

interface Look {
  readonly used: readonly Used[];
  readonly streams: number;
  /** What could not be looked at. */
  readonly unseen: readonly string[];
}

/** Subjects of one stream that are asked for: the server sends them in pages of 100,000. */
const mostSubjects = 200_000;
const mostShown = 10;

/**
 * Every subject that is used is declared by a contract: those that streams hold events of, and those
 * that services say they serve. Nobody listens on `>` for it: a subscription to all subjects would
 * answer for services that are gone, and their callers would wait instead of being told.
 */
export const undeclared: AccountLaw = {
  id: "D1",
  title: "uses only declared subjects",
  minimum: 1,
  effect: "observes",
  async check(bench) {
    if (!bench.isWholeEstate) {
      const reason =
        "only some contracts were chosen, so that others may declare what these do not: run it without naming modules, or name the rest in `beside` of a contract suite";
      return nothing("skipped", reason);
    }
    const { used, streams, unseen } = await lookAround(bench);
    const known = declaredBy(bench);
    const strangers = used.filter(
      ({ subject }) => !isOfNats(subject) && !known.some((each) => filterTakes(each, subject)),
    );
    const evidence = { streams, endpoints: bench.endpoints.length, subjects: used.length, unseen };
    const samples = used.length;
    if (strangers.length > 0) {
      const failure = failureOf(bench, strangers);
      return { verdict: "fail", samples, evidence, failure };
    }
    if (samples > 0 && unseen.length === 0) return { verdict: "pass", samples, evidence };
    const reason =
      unseen[0] ?? "no stream holds an event, and no service says what it serves: nothing is used";
    return { verdict: "inconclusive", samples, evidence, reason };
  },
};

/** Subjects with which NATS, its clients and Charter's runtime do their own work. */
function isOfNats(subject: string): boolean {
  return /^(\$|_INBOX\.|_CHARTER\.|_R_\.|_GR_\.)/.test(subject);
}

async function lookAround({ nc, endpoints }: AccountBench): Promise<Look> {
  const used: Used[] = endpoints.map(({ subject, service }) => ({
    subject,
    by: `served by ${service}`,
  }));
  const unseen: string[] = [];
  let streams = 0;
  try {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    for await (const { config, state } of jsm.streams.list()) {
      streams++;
      if ((state.num_subjects ?? 0) > mostSubjects) {
        unseen.push(
          `${config.name} has ${state.num_subjects} subjects, which are too many to list`,
        );
        continue;
      }
      const info = await jsm.streams.info(config.name, { subjects_filter: ">" });
      for (const [subject, count] of Object.entries(info.state.subjects ?? {})) {
        used.push({
          subject,
          by: `${count} ${count === 1 ? "event" : "events"} in ${config.name}`,
        });
      }
    }
  } catch (error) {
    if (nc.isClosed()) throw error;
    const text = error instanceof Error ? error.message : String(error);
    unseen.push(
      `JetStream does not say what it keeps (${text.slice(0, 200)}): the connection needs the right to publish on $JS.API.STREAM.LIST and $JS.API.STREAM.INFO.*`,
    );
  }
  return { used, streams, unseen };
}

/** What contracts declare, as filters. */
function declaredBy({ declared }: AccountBench): string[] {
  return declared.flatMap(subjectsOf).map(({ pattern }) => filterOf(pattern));
}

function filterOf(pattern: string): string {
  const parsed = parsePattern(pattern);
  return parsed.ok ? wildcardOf(parsed.pattern) : pattern;
}

function failureOf({ declared }: AccountBench, strangers: readonly Used[]): FailureDetail {
  const [first] = strangers;
  const subject = first?.subject ?? "";
  const [near] = nearestPatterns(
    subject,
    declared.map((each) => each.pattern),
    1,
  );
  const list = strangers.slice(0, mostShown).map((each) => `${each.subject} (${each.by})`);
  const more = strangers.length > mostShown ? `; and ${strangers.length - mostShown} more` : "";
  return {
    summary: `${strangers.length} used subjects that no contract declares: ${list.join("; ")}${more}`,
    subject,
    message: null,
    hex: "",
    answer: near === undefined ? "no contract is near it" : `nearest to it is declared ${near}`,
    nearest: null,
    rule: null,
    place: declared.find((each) => each.pattern === near)?.place ?? { file: "", line: 0 },
    replay: null,
    shrinks: 0,
    repeated: null,
    trace: [],
  };
}
