import type Database from "better-sqlite3";
import type { Announcement, Store } from "../ports.ts";
import { type PublicationRow, publicationOf } from "./rows.ts";

type Delivery = Pick<Store, "openPublications" | "notePublication" | "outbox" | "markSent">;

/** What still has to leave the registry: stub packages and announcements. */
export function prepareDelivery(db: Database.Database): Delivery {
  const columns = "p.*, r.module, r.semver";
  const open = db.prepare<[], PublicationRow>(
    `SELECT ${columns} FROM publication p JOIN release r ON r.id = p.release_id
     WHERE p.state <> 'published' ORDER BY p.release_id`,
  );
  const one = db.prepare<[number], PublicationRow>(
    `SELECT ${columns} FROM publication p JOIN release r ON r.id = p.release_id WHERE p.release_id = ?`,
  );
  const update = db.prepare(
    "UPDATE publication SET state = ?, integrity = coalesce(?, integrity), registry = coalesce(?, registry), error = ? WHERE release_id = ?",
  );
  const add = db.prepare("INSERT INTO outbox (event) VALUES (?)");
  const unsent = db.prepare<[], { id: number; event: string }>(
    "SELECT id, event FROM outbox ORDER BY id LIMIT 1000",
  );
  const sent = db.prepare("DELETE FROM outbox WHERE id = ?");

  const note = db.transaction<Store["notePublication"]>((releaseId, outcome) => {
    const row = one.get(releaseId);
    // Whoever notes it second finds it done, and announces nothing twice.
    if (row === undefined || row.state === "published") return;
    if (outcome.state !== "published") {
      update.run(outcome.state, null, null, outcome.error, releaseId);
      return;
    }
    update.run("published", outcome.integrity, outcome.registry, null, releaseId);
    const { module, semver, name: npmPackage } = row;
    const { integrity } = outcome;
    const event: Announcement = { kind: "published", module, semver, npmPackage, integrity };
    add.run(JSON.stringify(event));
  });

  return {
    openPublications: () => open.all().map(publicationOf),
    notePublication: note.immediate,
    outbox: () =>
      unsent.all().map((row) => ({ id: row.id, event: JSON.parse(row.event) as Announcement })),
    markSent: (id) => {
      sent.run(id);
    },
  };
}
