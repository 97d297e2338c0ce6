import { RegistryFailure } from "../../core/failure.ts";
import type { AssessedModule } from "./assess.ts";

/**
 * Orders modules so that each follows those that it imports: stub packages are published in this
 * order, so that every dependency can be installed before what depends on it.
 *
 * @throws RegistryFailure when modules import each other in a circle
 */
export function orderByImports(modules: readonly AssessedModule[]): readonly AssessedModule[] {
  const ownerOf = new Map<string, AssessedModule>();
  for (const each of modules) {
    for (const path of each.revision.imports.keys()) ownerOf.set(path, each);
  }
  const ordered: AssessedModule[] = [];
  const states = new Map<AssessedModule, "open" | "done">();

  const visit = (each: AssessedModule, trail: readonly string[]) => {
    const state = states.get(each);
    if (state === "done") return;
    const { module } = each.revision;
    if (state === "open") {
      throw new RegistryFailure(
        "INVALID_REQUEST",
        `The modules import each other in a circle: ${[...trail, module].join(" → ")}. Move what they share to a module of its own.`,
      );
    }
    states.set(each, "open");
    for (const dependency of importedModules(each, ownerOf)) visit(dependency, [...trail, module]);
    states.set(each, "done");
    ordered.push(each);
  };

  const byName = [...modules].sort((a, b) => (a.revision.module < b.revision.module ? -1 : 1));
  for (const each of byName) visit(each, []);
  return ordered;
}

function importedModules(
  each: AssessedModule,
  ownerOf: ReadonlyMap<string, AssessedModule>,
): ReadonlySet<AssessedModule> {
  const found = new Set<AssessedModule>();
  for (const imports of each.revision.imports.values()) {
    for (const { path } of imports) {
      const owner = ownerOf.get(path);
      if (owner !== undefined && owner !== each) found.add(owner);
    }
  }
  return found;
}
