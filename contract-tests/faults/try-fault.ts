import { connect } from "@nats-io/transport-node";
import { startNatsServer } from "../../ci/testing/nats-server.ts";
import type { FailureDetail, LawResult, RunReport, Verdict } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import type { FaultRow, Judged, PlantedFault } from "./planted-fault.ts";

/** What a row came to, and how long it took. */
export interface TimedJudgement extends Judged {
  readonly seconds: number;
}

/** What a run against the services of a row came to. */
export interface Trial extends TimedJudgement {
  /** The smallest case of the row's law, or null when it kept its promise. */
  readonly failure: FailureDetail | null;
  readonly report: RunReport;
}

const usualSeed = 5;

/** Tries a row of any kind, on a nats-server of its own where it needs one. */
export async function tryRow(row: FaultRow, isFaulty: boolean): Promise<TimedJudgement> {
  if (!("judge" in row)) return tryFault(row, isFaulty);
  const opened: (() => Promise<void>)[] = [];
  const nats = async () => {
    const server = await startNatsServer();
    opened.push(server.stop);
    const nc = await connect({ servers: server.url });
    opened.push(() => nc.close());
    return nc;
  };
  const startedAt = performance.now();
  try {
    const judged = await row.judge(isFaulty, nats);
    return { ...judged, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    for (const close of opened.toReversed()) await close();
  }
}

/** Runs all laws against the services of a row, on a nats-server of its own. */
export async function tryFault(row: PlantedFault, isFaulty: boolean): Promise<Trial> {
  const contracts = await row.contracts();
  const server = await startNatsServer({ jetstream: true });
  const connections = await Promise.all([
    connect({ servers: server.url }),
    connect({ servers: server.url }),
  ]);
  const [served, tested] = connections;
  try {
    const services = await row.start(served, isFaulty);
    const startedAt = performance.now();
    const report = await runContracts(tested, contracts, { seed: usualSeed, ...row.options });
    const seconds = (performance.now() - startedAt) / 1000;
    await services.stop();
    return { ...trialOf(row, report), seconds, report };
  } finally {
    await Promise.all(connections.map((nc) => nc.close()));
    await server.stop();
  }
}

function trialOf(row: PlantedFault, report: RunReport): Judged & Pick<Trial, "failure"> {
  const results = resultsOf(report);
  const own = results.filter((each) => each.law === row.law);
  const failure = own.find((each) => each.failure !== null)?.failure ?? null;
  const failing = results.filter(({ verdict }) => verdict === "fail" || verdict === "flaky");
  return {
    verdict: gravity.find((verdict) => own.some((each) => each.verdict === verdict)) ?? "not tried",
    failed: [...new Set(failing.map((each) => each.law))].sort(),
    unproven: results
      .filter(({ verdict }) => verdict !== "pass" && verdict !== "skipped")
      .map(
        ({ law, verdict, reason, failure }) => `${law} ${verdict}: ${reason ?? failure?.summary}`,
      ),
    failure,
    smallest: failure === null ? null : smallestOf(failure),
  };
}

const longestCase = 200;

function smallestOf({ message, hex, shrinks }: FailureDetail): string {
  const shown = message === null ? `hex ${hex}` : JSON.stringify(message);
  const cut = shown.length > longestCase ? `${shown.slice(0, longestCase)}…` : shown;
  return `${cut}, after ${shrinks} steps`;
}

function resultsOf(report: RunReport): readonly LawResult[] {
  const bindings = report.modules.flatMap((module) => module.bindings);
  return [...bindings.flatMap((binding) => binding.laws), ...report.account];
}

/** A law that passed on one binding and was skipped on another has passed. */
const gravity: readonly Verdict[] = [
  "fail",
  "flaky",
  "stale-known-failing",
  "schema-bug",
  "inconclusive",
  "known-failing",
  "pass",
  "skipped",
];
