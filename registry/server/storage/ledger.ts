import type Database from "better-sqlite3";
import type { PastRelease } from "../../core/gate/baselines.ts";
import type { LedgerEntry, NumberUse } from "../../core/gate/number-ledger.ts";
import type { Store } from "../ports.ts";

type Ledger = Pick<
  Store,
  "pastReleases" | "usesOfNumber" | "releasesOutsideLedger" | "addToLedger"
>;

/** What releases were, as far as later ones must not contradict it. */
export function prepareLedger(db: Database.Database): Ledger {
  const past = db.prepare<
    [string],
    { semver: string; digest: string; registered_at: string; streams: string }
  >(
    `SELECT r.semver, r.digest, r.registered_at,
       (SELECT json_group_array(json_object('name', b.binding ->> '$.stream.name',
                                            'maxAgeS', b.binding -> '$.stream.maxAgeS'))
        FROM binding b WHERE b.release_id = r.id AND b.binding ->> '$.stream.name' IS NOT NULL) AS streams
     FROM release r WHERE r.module = ? ORDER BY r.id DESC`,
  );
  const uses = db.prepare<[string, number], LedgerEntry>(
    `SELECT u.type, u.number, u.name, u.shape, r.semver FROM number_use u
     JOIN release r ON r.id = u.release_id WHERE u.type = ? AND u.number = ? ORDER BY r.id`,
  );
  const outside = db.prepare<[], { id: number; module: string; semver: string }>(
    "SELECT id, module, semver FROM release WHERE in_ledger = 0 ORDER BY id",
  );
  const add = prepareLedgerInsert(db);
  return {
    pastReleases: (module) =>
      past.all(module).map(
        ({ registered_at: registeredAt, streams, ...release }): PastRelease => ({
          ...release,
          registeredAtMs: Date.parse(registeredAt),
          streams: JSON.parse(streams),
        }),
      ),
    usesOfNumber: (type, number) => uses.all(type, number),
    releasesOutsideLedger: () => outside.all(),
    addToLedger: db.transaction(add).immediate,
  };
}

/** To run within a transaction. A use that is known stays with the release that had it first. */
export function prepareLedgerInsert(db: Database.Database) {
  const insert = db.prepare(
    "INSERT OR IGNORE INTO number_use (type, number, name, shape, release_id) VALUES (?, ?, ?, ?, ?)",
  );
  const done = db.prepare("UPDATE release SET in_ledger = 1 WHERE id = ?");
  return (releaseId: number, uses: readonly NumberUse[]): void => {
    for (const { type, number, name, shape } of uses) {
      insert.run(type, number, name, shape, releaseId);
    }
    done.run(releaseId);
  };
}
