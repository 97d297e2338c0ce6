import { type FailurePlace, RegistryFailure } from "../../core/failure.ts";
import type { SchemaFile } from "../../core/revision/digest.ts";
import { isBuiltIn } from "../../core/revision/file-path.ts";
import { scanProto } from "../../core/revision/scan.ts";
import type { GateStore } from "../ports.ts";
import type { ProposedRevision } from "./proposal.ts";

/** What changed revisions are compiled with. */
export interface Imported {
  /** Files of heads that the revisions import, directly or not. */
  readonly files: readonly SchemaFile[];
  /** The module of each of those files. */
  readonly owners: ReadonlyMap<string, string>;
  /** The bindings.yaml of those modules' heads that have one, by module. */
  readonly bindingsFiles: ReadonlyMap<string, string>;
}

/**
 * Finds what revisions import: in each other, else in the heads of other modules. A file that a
 * revision of the proposal dropped is not taken from its old release.
 *
 * @throws RegistryFailure IMPORT_NOT_REGISTERED with each import's file and line
 */
export function loadImports(store: GateStore, revisions: readonly ProposedRevision[]): Imported {
  const proposed = new Set(revisions.flatMap((revision) => [...revision.imports.keys()]));
  const changed = new Set(revisions.map((revision) => revision.module));
  const owners = new Map<string, string>();
  const files: SchemaFile[] = [];
  const missing: FailurePlace[] = [];

  const visit = (path: string, from: FailurePlace) => {
    if (proposed.has(path) || owners.has(path) || isBuiltIn(path)) return;
    const found = store.headFiles([path]).get(path);
    if (found === undefined || changed.has(found.module)) {
      missing.push({
        ...from,
        message: `"${path}" is imported, and neither the proposal nor the registry has it`,
      });
      return;
    }
    owners.set(path, found.module);
    files.push({ path, content: found.content });
    for (const each of scanProto(path, found.content).imports) {
      visit(each.path, { message: "", module: found.module, file: path, line: each.line });
    }
  };

  for (const revision of revisions) {
    for (const [file, imports] of revision.imports) {
      for (const each of imports) {
        visit(each.path, { message: "", module: revision.module, file, line: each.line });
      }
    }
  }
  if (missing.length > 0) {
    const first = missing[0];
    throw new RegistryFailure(
      "IMPORT_NOT_REGISTERED",
      `${first?.file}:${first?.line}: ${first?.message}. Push the module that has it in the same push or before, or mend the import.`,
      { places: missing },
    );
  }
  return { files, owners, bindingsFiles: bindingsFilesOf(store, new Set(owners.values())) };
}

function bindingsFilesOf(store: GateStore, modules: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const module of modules) {
    const head = store.head(module);
    const release = head === null ? null : store.release(module, head.semver);
    if (typeof release?.bindingsFile === "string") found.set(module, release.bindingsFile);
  }
  return found;
}
