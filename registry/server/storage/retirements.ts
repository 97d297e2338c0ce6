import type Database from "better-sqlite3";
import type { Retirement } from "../../core/gate/retirement.ts";
import type { Store } from "../ports.ts";

type Retirements = Pick<
  Store,
  "retirement" | "retirements" | "announceRetirement" | "withdrawRetirement" | "importersOf"
>;

const columns = `package AS protoPackage, module, sunset, reason, announced_at AS announcedAt`;

/** Announced ends of proto packages. */
export function prepareRetirements(db: Database.Database): Retirements {
  const one = db.prepare<[string], Retirement>(
    `SELECT ${columns} FROM retirement WHERE package = ?`,
  );
  const all = db.prepare<[], Retirement>(
    `SELECT ${columns} FROM retirement ORDER BY sunset, package`,
  );
  const announce = db.prepare(
    `INSERT INTO retirement (package, module, sunset, reason, announced_at)
     VALUES (@protoPackage, @module, @sunset, @reason, @announcedAt)
     ON CONFLICT (package) DO UPDATE SET sunset = excluded.sunset, reason = excluded.reason,
       announced_at = excluded.announced_at`,
  );
  const withdraw = db.prepare("DELETE FROM retirement WHERE package = ?");
  const importer = db
    .prepare<[string, string], string>(
      `SELECT DISTINCT r.module FROM release_import i JOIN release r ON r.id = i.release_id
       JOIN label l ON l.release_id = r.id AND l.name = 'main'
       WHERE i.path = ? AND r.module <> ? ORDER BY r.module`,
    )
    .pluck();
  return {
    retirement: (protoPackage) => one.get(protoPackage) ?? null,
    retirements: () => all.all(),
    announceRetirement: (retirement) => void announce.run(retirement),
    withdrawRetirement: (protoPackage) => withdraw.run(protoPackage).changes > 0,
    importersOf: (module, paths) => [
      ...new Set(paths.flatMap((path) => importer.all(path, module))),
    ],
  };
}
