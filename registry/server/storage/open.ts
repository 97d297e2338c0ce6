import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

const folder = join(import.meta.dirname, "migrations");

/**
 * Opens the registry's database, and brings it to the newest form.
 *
 * A commit that has returned survives a power cut: the log is synced on every commit.
 *
 * @param dataDir the folder that holds it; made when it is missing
 * @throws when the database is newer than this Charter, or another process writes to it
 */
export function openDatabase(dataDir: string): Database.Database {
  mkdirSync(dataDir, { recursive: true });
  const db = new Database(join(dataDir, "registry.sqlite"));
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    db.pragma("busy_timeout = 2000");
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function migrate(db: Database.Database): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const at = Number(db.pragma("user_version", { simple: true }));
  if (at > files.length) {
    throw new Error(
      `The database is in form ${at}, and this Charter knows forms up to ${files.length}. Start a newer Charter on it.`,
    );
  }
  for (const [i, name] of files.entries()) {
    if (i < at) continue;
    db.transaction(() => {
      db.exec(readFileSync(join(folder, name), "utf8"));
      db.pragma(`user_version = ${i + 1}`);
    }).exclusive();
  }
}
