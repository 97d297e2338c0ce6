import { type FailurePlace, RegistryFailure } from "../../core/failure.ts";
import type { Store } from "../ports.ts";
import type { Imported } from "./load-imports.ts";
import type { ProposedRevision } from "./proposal.ts";

/**
 * Orders revisions so that each follows those that it imports: stub packages are published in this
 * order, so that every dependency can be installed before what depends on it.
 *
 * @param imported the files of registered modules that the revisions import
 * @throws RegistryFailure when modules import each other in a circle, in the proposal alone or
 *   through the heads of registered modules
 */
export function orderByImports(
  store: Pick<Store, "head" | "release">,
  revisions: readonly ProposedRevision[],
  imported: Imported,
): readonly ProposedRevision[] {
  const proposed = new Map(revisions.map((each) => [each.module, each]));
  const owners = new Map(imported.owners);
  for (const each of revisions) {
    for (const path of each.imports.keys()) owners.set(path, each.module);
  }
  const ordered: ProposedRevision[] = [];
  const states = new Map<string, "open" | "done">();

  const visit = (module: string, trail: readonly FailurePlace[]) => {
    const state = states.get(module);
    if (state === "done") return;
    if (state === "open") throw circle(module, trail);
    states.set(module, "open");
    const revision = proposed.get(module);
    const places = revision === undefined ? registered(store, module) : importsOf(revision, owners);
    for (const [dependency, place] of places) visit(dependency, [...trail, place]);
    states.set(module, "done");
    if (revision !== undefined) ordered.push(revision);
  };

  for (const module of [...proposed.keys()].sort()) visit(module, []);
  return ordered;
}

/** @param trail the imports that led to a module which is being visited already */
function circle(module: string, trail: readonly FailurePlace[]): RegistryFailure {
  const places = trail.slice(trail.findIndex((place) => place.module === module));
  const names = [...places.map((place) => place.module), module].join(" → ");
  return new RegistryFailure(
    "INVALID_REQUEST",
    `The modules import each other in a circle: ${names}. Move what they share to a module of its own.`,
    { places },
  );
}

/** The first import of each other module. */
function importsOf(
  { module, imports }: ProposedRevision,
  owners: ReadonlyMap<string, string>,
): ReadonlyMap<string, FailurePlace> {
  const found = new Map<string, FailurePlace>();
  for (const [file, all] of imports) {
    for (const { path, line } of all) {
      const owner = owners.get(path);
      if (owner === undefined || owner === module || found.has(owner)) continue;
      found.set(owner, { message: `"${path}" of ${owner} is imported`, module, file, line });
    }
  }
  return found;
}

function registered(
  store: Pick<Store, "head" | "release">,
  module: string,
): ReadonlyMap<string, FailurePlace> {
  const head = store.head(module);
  const dependencies =
    head === null ? [] : (store.release(module, head.semver)?.dependencies ?? []);
  return new Map(
    dependencies.map((each) => [
      each.module,
      { message: `${module} ${head?.semver} depends on ${each.module}`, module },
    ]),
  );
}
