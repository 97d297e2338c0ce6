import type Database from "better-sqlite3";
import type { CheckReport } from "../../core/gate/report.ts";
import { limits } from "../../core/limits.ts";
import type { Store } from "../ports.ts";

/** Reports of checks, the newest `reportsKept` of them. */
export function prepareReports(db: Database.Database): Pick<Store, "saveReport" | "report"> {
  const insert = db.prepare("INSERT INTO report (id, created_at, report) VALUES (?, ?, ?)");
  const prune = db.prepare(
    "DELETE FROM report WHERE id IN (SELECT id FROM report ORDER BY created_at DESC LIMIT -1 OFFSET ?)",
  );
  const select = db.prepare<[string], string>("SELECT report FROM report WHERE id = ?").pluck();
  const save = db.transaction((report: CheckReport) => {
    insert.run(report.id, report.createdAt, JSON.stringify(report));
    prune.run(limits.reportsKept);
  });
  return {
    saveReport: (report) => save.immediate(report),
    report(id) {
      const text = select.get(id);
      return text === undefined ? null : (JSON.parse(text) as CheckReport);
    },
  };
}
