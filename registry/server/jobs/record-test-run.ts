import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { canonicalJson, digestOf } from "../../core/revision/digest.ts";
import type { ContractOf } from "../../core/verification/contract-of.ts";
import { gravestOf } from "../../core/verification/verdict.ts";
import type { TestedSubject, TestRun, Verification } from "../../core/verification/verification.ts";
import type { Clock, Store } from "../ports.ts";
import { contractLookup } from "./contract-lookup.ts";

export interface RecordedRun {
  readonly runId: string;
  readonly recorded: number;
  /** Whether it was there already. */
  readonly repeated: boolean;
}

/**
 * Keeps what a run of contract tests has found: all of its rows, or nothing. Names have passed their
 * schema. The verdict of a subject is made here, from those of its laws.
 *
 * @throws RegistryFailure INVALID_REQUEST or NOT_FOUND
 */
export function recordTestRun(
  { store, clock, afterRecord }: { store: Store; clock: Clock; afterRecord: () => void },
  run: TestRun,
): RecordedRun {
  const at = clock.now();
  const testedAt = timeOf(run.testedAt, at);
  const contractOf = contractLookup(store);
  const { rows, ...rest } = run;
  checkOnce(rows);
  const verified = rows.map((row): Verification => {
    const { kind } = subjectOf(row, contractOf);
    const verdict = gravestOf(row.laws.map((law) => law.verdict));
    return { ...row, ...rest, testedAt, kind, verdict };
  });
  const content = digestOf(canonicalJson(run));
  const outcome = store.recordRun({ runId: run.runId, content, at, rows: verified });
  if (outcome === "other content") {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `The run ${run.runId} is kept already, with other results. Each run has an id of its own; run the tests again.`,
    );
  }
  if (outcome === "recorded") afterRecord();
  return { runId: run.runId, recorded: rows.length, repeated: outcome === "repeated" };
}

/** In the form in which times are compared as texts. */
function timeOf(text: string, now: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new RegistryFailure("INVALID_REQUEST", `"${text}" is no time; expected RFC 3339, UTC.`);
  }
  if (time - Date.parse(now) > limits.clockAheadMs) {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `The run is said to be of ${text}, and it is ${now} here. Set the clock of the machine that tests.`,
    );
  }
  return new Date(time).toISOString();
}

function checkOnce(rows: readonly TestedSubject[]): void {
  const seen = new Set<string>();
  for (const { participant, build, subject, digest, evidence } of rows) {
    const key = JSON.stringify([participant, build, subject, digest, evidence]);
    if (!seen.has(key)) {
      seen.add(key);
      continue;
    }
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `The run has two results of ${participant}@${build} on ${subject}; expected one.`,
    );
  }
}

function subjectOf({ module, semver, digest, subject }: TestedSubject, contractOf: ContractOf) {
  const contract = contractOf(module, semver);
  if (contract === null) {
    throw new RegistryFailure(
      "NOT_FOUND",
      `${module}@${semver} is not registered, so a test against it says nothing here. GET /v1/modules lists what is.`,
    );
  }
  if (contract.digest !== digest) {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `${module}@${semver} has the digest ${contract.digest} here, and ${digest} was tested. Take the contracts from this registry.`,
    );
  }
  const bound = contract.subjects.find((each) => each.pattern === subject);
  if (bound !== undefined) return bound;
  throw new RegistryFailure(
    "NOT_FOUND",
    `${module}@${semver} binds no subject "${subject}". Subjects are written as the contract does, with {parameters}.`,
  );
}
