import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ConfigError } from "../config-error.ts";

const folder = join(import.meta.dirname, "migrations");

/**
 * Opens the registry's database, and brings it to the newest form.
 *
 * A commit that has returned survives a power cut: the log is synced on every commit.
 *
 * @param dataDir the folder that holds it; made when it is missing
 * @throws ConfigError when the folder cannot be used, or the database is newer than this Charter
 */
export function openDatabase(dataDir: string): Database.Database {
  const db = openFile(dataDir, "registry.sqlite");
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

/**
 * Keeps other registries off a data folder: a second one would answer look-ups from what it read at
 * its start. The lock ends with the process, however that ends.
 *
 * @returns what gives the folder free
 * @throws ConfigError when the folder cannot be used, or another registry runs on it
 */
export function lockDataDir(dataDir: string): () => void {
  const lock = openFile(dataDir, "lock.sqlite");
  try {
    lock.pragma("busy_timeout = 0");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!(error instanceof Database.SqliteError && error.code === "SQLITE_BUSY")) throw error;
    throw new ConfigError([
      `CHARTER_DATA is "${dataDir}", and another registry runs on it; stop that one, or name another folder`,
    ]);
  }
  return () => lock.close();
}

function openFile(dataDir: string, name: string): Database.Database {
  try {
    mkdirSync(dataDir, { recursive: true });
    return new Database(join(dataDir, name));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `CHARTER_DATA is "${dataDir}", and the registry cannot keep its data there (${reason}); name a folder that it may write to`,
    ]);
  }
}

function migrate(db: Database.Database): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const at = Number(db.pragma("user_version", { simple: true }));
  if (at > files.length) {
    throw new ConfigError([
      `the database is in form ${at}, and this Charter knows forms up to ${files.length}; start a newer Charter on it`,
    ]);
  }
  for (const [i, name] of files.entries()) {
    if (i < at) continue;
    db.transaction(() => {
      db.exec(readFileSync(join(folder, name), "utf8"));
      db.pragma(`user_version = ${i + 1}`);
    }).exclusive();
  }
}
