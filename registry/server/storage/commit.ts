import { zstdCompressSync } from "node:zlib";
import type Database from "better-sqlite3";
import { bindingsAsFile } from "../../core/bindings-file/bindings-file-name.ts";
import type { PlannedRelease, RegistrationPlan } from "../../core/registration/plan.ts";
import { digestOf } from "../../core/revision/digest.ts";
import type { Announcement, Store } from "../ports.ts";
import { prepareLedgerInsert } from "./ledger.ts";

/** Prepares the one transaction that registers a plan: all of it, or nothing. */
export function prepareCommit(db: Database.Database) {
  const insert = prepareInserts(db);
  const headId = db
    .prepare<[string], number>("SELECT release_id FROM label WHERE module = ? AND name = 'main'")
    .pluck();

  const claimedBy = db
    .prepare<[string, string], string>("SELECT module FROM claim WHERE kind = ? AND value = ?")
    .pluck();

  const policyVersion = db
    .prepare<[], number>("SELECT coalesce(max(version), 0) FROM policy")
    .pluck();

  return db.transaction<Store["commit"]>((plan: RegistrationPlan) => {
    if (policyVersion.get() !== plan.policyVersion) return "policy moved";
    for (const [module, expected] of plan.heads) {
      if ((headId.get(module) ?? null) !== expected) return "baseline moved";
    }
    for (const { module, claims } of plan.releases) {
      for (const claim of claims) {
        const owner = claimedBy.get(claim.kind, claim.value);
        if (owner !== undefined && owner !== module) return "baseline moved";
      }
    }
    for (const release of plan.releases) insertRelease(insert, release, plan.registeredAt);
    return "committed";
  });
}

type Inserts = ReturnType<typeof prepareInserts>;

function prepareInserts(db: Database.Database) {
  return {
    blob: db.prepare("INSERT OR IGNORE INTO blob (digest, content) VALUES (?, ?)"),
    release: db.prepare(
      "INSERT INTO release (module, semver, digest, meaning, registered_at, generator) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    image: db.prepare("INSERT INTO release_image (release_id, image) VALUES (?, ?)"),
    file: db.prepare("INSERT INTO release_file (release_id, path, blob) VALUES (?, ?, ?)"),
    dependency: db.prepare(
      "INSERT INTO release_dependency (release_id, module, semver) VALUES (?, ?, ?)",
    ),
    import: db.prepare("INSERT INTO release_import (release_id, path) VALUES (?, ?)"),
    label: db.prepare(
      "INSERT INTO label (module, name, release_id) VALUES (?, 'main', ?) ON CONFLICT (module, name) DO UPDATE SET release_id = excluded.release_id",
    ),
    binding: db.prepare(
      "INSERT INTO binding (release_id, position, pattern, rpc, subject_version, digest, binding) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    bindingType: db.prepare(
      "INSERT INTO binding_type (release_id, position, type) VALUES (?, ?, ?)",
    ),
    subjectVersion: db.prepare(
      "INSERT INTO subject_version (pattern, version, digest, release_id) VALUES (?, ?, ?, ?)",
    ),
    claim: db.prepare("INSERT OR IGNORE INTO claim (kind, value, module) VALUES (?, ?, ?)"),
    publication: db.prepare(
      "INSERT INTO publication (release_id, name, state) VALUES (?, ?, 'pending')",
    ),
    numbers: prepareLedgerInsert(db),
    outbox: db.prepare("INSERT INTO outbox (event) VALUES (?)"),
  };
}

function insertRelease(insert: Inserts, release: PlannedRelease, registeredAt: string): void {
  const { module, semver, digest, meaning, generator } = release;
  const row = [module, semver, digest, meaning, registeredAt, generator];
  const id = insert.release.run(...row).lastInsertRowid;
  insert.image.run(id, zstdCompressSync(release.image));
  for (const file of [...release.files, ...bindingsAsFile(release.bindingsFile)]) {
    const blob = digestOf(file.content);
    insert.blob.run(blob, file.content);
    insert.file.run(id, file.path, blob);
  }
  for (const each of release.dependencies) insert.dependency.run(id, each.module, each.semver);
  for (const path of release.imports) insert.import.run(id, path);
  for (const [position, each] of release.bindings.entries()) {
    const { binding, subjectVersion } = each;
    const rpc = binding.kind === "event" ? null : binding.rpc;
    const text = JSON.stringify(binding);
    insert.binding.run(id, position, binding.pattern, rpc, subjectVersion, each.digest, text);
    for (const type of each.types) insert.bindingType.run(id, position, type);
    if (each.isNewVersion) {
      insert.subjectVersion.run(binding.pattern, subjectVersion, each.digest, id);
    }
  }
  insert.numbers(Number(id), release.numbers);
  for (const claim of release.claims) insert.claim.run(claim.kind, claim.value, module);
  insert.label.run(module, id);
  insert.publication.run(id, release.packageName);
  const event: Announcement = { kind: "registered", module, semver, digest };
  insert.outbox.run(JSON.stringify(event));
}
