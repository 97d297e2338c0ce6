import type Database from "better-sqlite3";
import { limits } from "../../core/limits.ts";
import type { KeptUse } from "../../core/usage/usage.ts";
import type { UsageStore } from "../ports.ts";

interface Row extends Omit<KeptUse, "reads" | "sends" | "recordedAt"> {
  readonly reads: string;
  readonly sends: string | null;
  readonly recorded_at: string;
}

interface Wanted {
  readonly participant: string | null;
  readonly build: string | null;
  readonly module: string | null;
  readonly most: number;
}

/** What consumers use. */
export function prepareUsages(db: Database.Database): UsageStore {
  const order = "ORDER BY recorded_at DESC, participant, build, module, subject LIMIT @most";
  const all = db.prepare<[Wanted], Row>(
    `SELECT * FROM usage WHERE build = coalesce(@build, build) ${order}`,
  );
  const ofModule = db.prepare<[Wanted], Row>(
    `SELECT * FROM usage WHERE module = @module AND build = coalesce(@build, build) ${order}`,
  );
  const ofParticipant = db.prepare<[Wanted], Row>(
    `SELECT * FROM usage WHERE participant = @participant
       AND build = coalesce(@build, build) AND module = coalesce(@module, module) ${order}`,
  );
  const forget = db.prepare(
    "DELETE FROM usage WHERE participant = ? AND build = coalesce(?, build)",
  );
  return {
    recordUsage: prepareRecord(db),
    forgetUsage: ({ participant, build }) => forget.run(participant, build).changes,
    usages: ({ participant = null, build = null, module = null }, most) => {
      const wanted = { participant, build, module, most };
      if (participant !== null) return ofParticipant.all(wanted).map(useOf);
      return (module === null ? all : ofModule).all(wanted).map(useOf);
    },
  };
}

function prepareRecord(db: Database.Database): UsageStore["recordUsage"] {
  const forget = db.prepare("DELETE FROM usage WHERE participant = ? AND build = ?");
  const insert = db.prepare(
    `INSERT INTO usage (participant, build, module, subject, semver, kind, reads, sends, recorded_at)
     VALUES (@participant, @build, @module, @subject, @semver, @kind, @reads, @sends, @at)`,
  );
  // What runs somewhere is asked for, however old its record is; and what is newest of a participant
  // stands for its builds that run without one.
  const prune = db.prepare(
    `DELETE FROM usage WHERE recorded_at <
       (SELECT recorded_at FROM usage ORDER BY recorded_at DESC LIMIT 1 OFFSET ?)
     AND (participant, build) NOT IN (SELECT participant, build FROM deployment)
     AND (participant, recorded_at) NOT IN
       (SELECT participant, max(recorded_at) FROM usage
        WHERE participant IN (SELECT participant FROM deployment) GROUP BY participant)`,
  );
  return db.transaction<UsageStore["recordUsage"]>(({ participant, build, uses, at }) => {
    forget.run(participant, build);
    for (const use of uses) {
      const reads = JSON.stringify(use.reads);
      const sends = use.sends === null ? null : JSON.stringify(use.sends);
      insert.run({ ...use, participant, build, reads, sends, at });
    }
    prune.run(limits.usesKept - 1);
  }).immediate;
}

function useOf({ reads, sends, recorded_at: recordedAt, ...rest }: Row): KeptUse {
  return {
    ...rest,
    reads: JSON.parse(reads),
    sends: sends === null ? null : JSON.parse(sends),
    recordedAt,
  };
}
