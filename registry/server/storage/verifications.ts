import type Database from "better-sqlite3";
import { groupBy } from "../../core/group-by.ts";
import { limits } from "../../core/limits.ts";
import { gravestOf } from "../../core/verification/verdict.ts";
import type { Verification } from "../../core/verification/verification.ts";
import type { Announcement, VerificationStore } from "../ports.ts";

interface Row extends Omit<Verification, "laws" | "untried" | "runId" | "testedAt" | "lawSet"> {
  readonly laws: string;
  readonly untried: string;
  readonly run_id: string;
  readonly tested_at: string;
  readonly law_set: string;
}

interface Wanted {
  readonly participant: string | null;
  readonly build: string | null;
  readonly module: string | null;
  readonly most: number;
}

/** What contract tests have found. */
export function prepareVerifications(db: Database.Database): VerificationStore {
  const order =
    "ORDER BY tested_at DESC, participant, build, subject, environment, evidence LIMIT @most";
  const all = db.prepare<[Wanted], Row>(`SELECT * FROM verification ${order}`);
  const ofModule = db.prepare<[Wanted], Row>(
    `SELECT * FROM verification WHERE module = @module ${order}`,
  );
  const ofParticipant = db.prepare<[Wanted], Row>(
    `SELECT * FROM verification WHERE participant = @participant
       AND build = coalesce(@build, build) AND module = coalesce(@module, module) ${order}`,
  );
  return {
    recordRun: prepareRecord(db),
    verifications: ({ participant = null, build = null, module = null }, most) => {
      const wanted = { participant, build, module, most };
      if (participant !== null) return ofParticipant.all(wanted).map(verificationOf);
      return (module === null ? all : ofModule).all(wanted).map(verificationOf);
    },
  };
}

function prepareRecord(db: Database.Database): VerificationStore["recordRun"] {
  const known = db
    .prepare<[string], string>("SELECT content FROM verification_run WHERE run_id = ?")
    .pluck();
  const addRun = db.prepare(
    "INSERT INTO verification_run (run_id, content, recorded_at) VALUES (?, ?, ?)",
  );
  // Runs can come late: what was tested last stands.
  const upsert = db.prepare(
    `INSERT INTO verification (participant, build, environment, subject, digest, evidence, kind, module,
       semver, verdict, laws, untried, seed, run_id, tested_at, runner, law_set)
     VALUES (@participant, @build, @environment, @subject, @digest, @evidence, @kind, @module,
       @semver, @verdict, @laws, @untried, @seed, @runId, @testedAt, @runner, @lawSet)
     ON CONFLICT DO UPDATE SET kind = excluded.kind, module = excluded.module,
       semver = excluded.semver, verdict = excluded.verdict, laws = excluded.laws,
       untried = excluded.untried, seed = excluded.seed, run_id = excluded.run_id,
       tested_at = excluded.tested_at, runner = excluded.runner, law_set = excluded.law_set
     WHERE excluded.tested_at >= verification.tested_at`,
  );
  const pruneRows = db.prepare(
    `DELETE FROM verification WHERE tested_at <
       (SELECT tested_at FROM verification ORDER BY tested_at DESC LIMIT 1 OFFSET ?)`,
  );
  const pruneRuns = db.prepare(
    `DELETE FROM verification_run WHERE recorded_at <
       (SELECT recorded_at FROM verification_run ORDER BY recorded_at DESC LIMIT 1 OFFSET ?)`,
  );
  const announce = db.prepare("INSERT INTO outbox (event) VALUES (?)");
  return db.transaction<VerificationStore["recordRun"]>(({ runId, content, at, rows }) => {
    const before = known.get(runId);
    if (before !== undefined) return before === content ? "repeated" : "other content";
    addRun.run(runId, content, at);
    for (const row of rows) {
      const { laws, untried } = row;
      upsert.run({ ...row, laws: JSON.stringify(laws), untried: JSON.stringify(untried) });
    }
    for (const event of announcementsOf(rows)) announce.run(JSON.stringify(event));
    pruneRows.run(limits.verificationsKept - 1);
    pruneRuns.run(limits.verificationRunsKept - 1);
    return "recorded";
  }).immediate;
}

/** One for each build, release and kind of evidence; the rows have the rest. */
function announcementsOf(rows: readonly Verification[]): readonly Announcement[] {
  const groups = groupBy(rows, ({ participant, build, module, semver, evidence }) =>
    JSON.stringify([participant, build, module, semver, evidence]),
  );
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((row): Announcement => {
      const { participant, build, environment, module, semver, digest, evidence, runId } = row;
      const release = { module, semver, digest };
      const verdict = gravestOf(group.map((each) => each.verdict));
      const told = { participant, build, environment, evidence, runId, subjects: group.length };
      return { kind: "verified", ...release, ...told, verdict };
    }),
  );
}

function verificationOf(row: Row): Verification {
  const { laws, untried, run_id: runId, tested_at: testedAt, law_set: lawSet, ...rest } = row;
  return {
    ...rest,
    laws: JSON.parse(laws),
    untried: JSON.parse(untried),
    runId,
    testedAt,
    lawSet,
  };
}
