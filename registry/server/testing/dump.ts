import { join } from "node:path";
import Database from "better-sqlite3";

/** Everything that a database holds, but reports: rows by table, each as JSON. */
export function dumpDatabase(dataDir: string): Record<string, readonly string[]> {
  const db = new Database(join(dataDir, "registry.sqlite"), { readonly: true });
  try {
    const tables = db
      .prepare<[], string>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'report' ORDER BY name",
      )
      .pluck()
      .all();
    return Object.fromEntries(
      tables.map((table) => [
        table,
        db
          .prepare(`SELECT * FROM "${table}"`)
          .all()
          .map((row) => JSON.stringify(row)),
      ]),
    );
  } finally {
    db.close();
  }
}
