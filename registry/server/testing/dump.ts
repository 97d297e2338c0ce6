import { createHash } from "node:crypto";
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
          .map((row) => JSON.stringify(row, digestOfBytes)),
      ]),
    );
  } finally {
    db.close();
  }
}

/** Bytes as JSON shows them are too long to be compared by eye. */
function digestOfBytes(_key: string, value: unknown): unknown {
  const bytes = (value as { type?: unknown; data?: number[] } | null) ?? {};
  if (bytes.type !== "Buffer" || bytes.data === undefined) return value;
  return createHash("sha256").update(Uint8Array.from(bytes.data)).digest("hex");
}
