import type Database from "better-sqlite3";
import { type Binding, subjectsOf } from "../../core/binding/binding.ts";
import type { SubjectHit } from "../../core/gate/report.ts";
import { claimKey } from "../../core/registration/claims.ts";
import type { Store } from "../ports.ts";
import {
  type BindingRow,
  bindingOf,
  type HeadRow,
  headOf,
  type SummaryRow,
  summaryColumns,
  summaryOf,
} from "./rows.ts";

type Heads = Pick<
  Store,
  | "head"
  | "heads"
  | "headBindings"
  | "headFiles"
  | "owners"
  | "dependents"
  | "importedByOthers"
  | "subjectsOf"
>;

const headColumns = "r.id, r.module, r.semver, r.digest, r.meaning, r.registered_at";
const isHead = "JOIN label l ON l.release_id = r.id AND l.name = 'main'";

/** What heads hold, for the gate. */
export function prepareHeads(db: Database.Database): Heads {
  const head = db.prepare<[string], HeadRow>(
    `SELECT ${headColumns} FROM release r ${isHead} WHERE l.module = ?`,
  );
  const heads = db.prepare<[], SummaryRow>(
    `SELECT ${summaryColumns} FROM release r ${isHead}
     JOIN publication p ON p.release_id = r.id ORDER BY r.module`,
  );
  const bindings = db.prepare<
    [],
    BindingRow & { module: string; semver: string; revision: string }
  >(
    `SELECT r.module, r.semver, r.digest AS revision, b.binding, b.subject_version, b.digest FROM binding b
     JOIN release r ON r.id = b.release_id ${isHead} ORDER BY b.pattern`,
  );
  const file = db.prepare<[string], { module: string; content: string }>(
    `SELECT r.module, b.content FROM claim c JOIN label l ON l.module = c.module AND l.name = 'main'
     JOIN release r ON r.id = l.release_id JOIN release_file f ON f.release_id = r.id AND f.path = c.value
     JOIN blob b ON b.digest = f.blob WHERE c.kind = 'file' AND c.value = ?`,
  );
  const owner = db
    .prepare<[string, string], string>("SELECT module FROM claim WHERE kind = ? AND value = ?")
    .pluck();
  const dependents = db
    .prepare<[string], string>(
      `SELECT r.module FROM release_dependency d JOIN release r ON r.id = d.release_id ${isHead}
       WHERE d.module = ? ORDER BY r.module`,
    )
    .pluck();
  const importer = db
    .prepare<[string, string], number>(
      `SELECT 1 FROM release_import i JOIN release r ON r.id = i.release_id ${isHead}
       WHERE i.path = ? AND r.module <> ? LIMIT 1`,
    )
    .pluck();
  const hits = db.prepare<[string, string], { module: string; binding: string }>(
    `SELECT r.module, b.binding FROM binding b JOIN release r ON r.id = b.release_id ${isHead}
     WHERE EXISTS (SELECT 1 FROM binding_type t WHERE t.release_id = b.release_id
       AND t.position = b.position AND t.type = ?) OR b.rpc = ? ORDER BY b.pattern`,
  );

  return {
    head(module) {
      const row = head.get(module);
      return row === undefined ? null : headOf(row);
    },
    heads: () => heads.all().map(summaryOf),
    headBindings: () =>
      bindings.all().map(({ module, semver, revision, ...row }) => ({
        module,
        release: { module, semver, digest: revision },
        ...bindingOf(row),
      })),
    headFiles(paths) {
      const found = new Map<string, { module: string; content: string }>();
      for (const path of paths) {
        const row = file.get(path);
        if (row !== undefined) found.set(path, row);
      }
      return found;
    },
    owners(claims) {
      const owners = new Map<string, string>();
      for (const claim of claims) {
        const module = owner.get(claim.kind, claim.value);
        if (module !== undefined) owners.set(claimKey(claim), module);
      }
      return owners;
    },
    dependents: (module) => dependents.all(module),
    importedByOthers: (module, paths) =>
      new Set(paths.filter((path) => importer.get(path, module) !== undefined)),
    subjectsOf: (element) => hits.all(element, element).flatMap(hitsOf),
  };
}

/** The sides of a binding on which a message travels. */
function hitsOf(row: { module: string; binding: string }): SubjectHit[] {
  const binding = JSON.parse(row.binding) as Binding;
  return subjectsOf(binding).map((side) => ({ ...side, module: row.module }));
}
