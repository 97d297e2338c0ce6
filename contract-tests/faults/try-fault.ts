import { connect } from "@nats-io/transport-node";
import { startNatsServer } from "../../ci/testing/nats-server.ts";
import type { FailureDetail, LawResult, RunReport, Verdict } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import type { PlantedFault } from "./planted-fault.ts";

/** What a run against the services of a row came to. */
export interface Trial {
  /** The worst verdict of the row's law. */
  readonly verdict: Verdict | "not tried";
  /** The ids of the laws that failed, each once. */
  readonly failed: readonly string[];
  /** The laws that neither passed nor were skipped, as `R2 inconclusive: the reason`. */
  readonly unproven: readonly string[];
  /** The smallest case of the row's law, or null when it kept its promise. */
  readonly failure: FailureDetail | null;
  readonly seconds: number;
  readonly report: RunReport;
}

const usualSeed = 5;

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

function trialOf(
  row: PlantedFault,
  report: RunReport,
): Pick<Trial, "verdict" | "failed" | "unproven" | "failure"> {
  const results = resultsOf(report);
  const own = results.filter((each) => each.law === row.law);
  const failing = results.filter(({ verdict }) => verdict === "fail" || verdict === "flaky");
  return {
    verdict: gravity.find((verdict) => own.some((each) => each.verdict === verdict)) ?? "not tried",
    failed: [...new Set(failing.map((each) => each.law))].sort(),
    unproven: results
      .filter(({ verdict }) => verdict !== "pass" && verdict !== "skipped")
      .map(
        ({ law, verdict, reason, failure }) => `${law} ${verdict}: ${reason ?? failure?.summary}`,
      ),
    failure: own.find((each) => each.failure !== null)?.failure ?? null,
  };
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
