import { zstdDecompressSync } from "node:zlib";
import type Database from "better-sqlite3";
import type { Binding } from "../../core/binding/binding.ts";
import { bindingsFileName } from "../../core/bindings-file/bindings-file-name.ts";
import { limits } from "../../core/limits.ts";
import type { Dependency, ReleaseRecord } from "../../core/registration/plan.ts";
import type { SchemaFile } from "../../core/revision/digest.ts";
import type { Store } from "../ports.ts";
import { type BindingRow, bindingOf, type SummaryRow, summaryColumns, summaryOf } from "./rows.ts";

type Releases = Pick<
  Store,
  "release" | "releases" | "generatorOf" | "image" | "lastSubjectVersion" | "subjectVersions"
>;

/** What single releases hold. */
export function prepareReleases(db: Database.Database): Releases {
  const published = "FROM release r JOIN publication p ON p.release_id = r.id";
  const one = db.prepare<[string, string], SummaryRow>(
    `SELECT ${summaryColumns} ${published} WHERE r.module = ? AND r.semver = ?`,
  );
  const all = db.prepare<[string], SummaryRow>(
    `SELECT ${summaryColumns} ${published} WHERE r.module = ? ORDER BY r.id DESC`,
  );
  const files = db.prepare<[number], SchemaFile>(
    "SELECT f.path, b.content FROM release_file f JOIN blob b ON b.digest = f.blob WHERE f.release_id = ? ORDER BY f.path",
  );
  const dependencies = db.prepare<[number], Dependency>(
    "SELECT module, semver FROM release_dependency WHERE release_id = ? ORDER BY module",
  );
  const bindings = db.prepare<[number], BindingRow>(
    "SELECT binding, subject_version, digest FROM binding WHERE release_id = ? ORDER BY position",
  );
  const generator = db
    .prepare<[number], string>("SELECT generator FROM release WHERE id = ?")
    .pluck();
  const image = db
    .prepare<[number], Buffer>("SELECT image FROM release_image WHERE release_id = ?")
    .pluck();
  const lastVersion = db.prepare<[string], { version: number; digest: string }>(
    "SELECT version, digest FROM subject_version WHERE pattern = ? ORDER BY version DESC LIMIT 1",
  );
  const versions = db.prepare<
    [string],
    { version: number; releaseId: number; module: string; semver: string; binding: string }
  >(
    `SELECT v.version, v.release_id AS releaseId, r.module, r.semver, b.binding FROM subject_version v
     JOIN release r ON r.id = v.release_id
     JOIN binding b ON b.release_id = v.release_id AND b.pattern = v.pattern
     WHERE v.pattern = ? ORDER BY v.version DESC`,
  );

  function complete(row: SummaryRow): ReleaseRecord {
    const stored = files.all(row.id);
    return {
      ...summaryOf(row),
      files: stored.filter((file) => file.path !== bindingsFileName),
      bindingsFile: stored.find((file) => file.path === bindingsFileName)?.content ?? null,
      dependencies: dependencies.all(row.id),
      bindings: bindings.all(row.id).map(bindingOf),
    };
  }

  return {
    release(module, semver) {
      const row = one.get(module, semver);
      return row === undefined ? null : complete(row);
    },
    releases: (module) => all.all(module).map(summaryOf),
    generatorOf: (releaseId) => generator.get(releaseId) ?? "",
    image(releaseId) {
      const bytes = image.get(releaseId);
      if (bytes === undefined) throw new Error(`release ${releaseId} has no image`);
      return zstdDecompressSync(bytes, { maxOutputLength: limits.imageBytes });
    },
    lastSubjectVersion: (pattern) => lastVersion.get(pattern) ?? null,
    subjectVersions: (pattern) =>
      versions.all(pattern).map(({ binding: text, ...row }) => {
        const binding = JSON.parse(text) as Binding;
        const replyType = binding.kind === "event" ? null : binding.replyType;
        return { pattern, ...row, messageType: binding.messageType, replyType };
      }),
  };
}
