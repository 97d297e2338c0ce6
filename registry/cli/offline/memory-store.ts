import { subjectsOf } from "../../core/binding/binding.ts";
import { claimKey } from "../../core/registration/claims.ts";
import type { PlannedRelease } from "../../core/registration/plan.ts";
import type { GateStore } from "../../server/ports.ts";

interface Kept extends PlannedRelease {
  readonly id: number;
  readonly registeredAt: string;
}

/**
 * The store of a registry that lives as long as one command and keeps one release of each module:
 * what a workspace holds at a git ref or in another folder. It knows of nothing that only a real
 * registry can know: other releases, deployments, what consumers use, retirements.
 */
export function createMemoryStore(): GateStore {
  const heads = new Map<string, Kept>();
  const all = () => [...heads.values()];
  const others = (module: string) => all().filter((each) => each.module !== module);
  return {
    head: (module) => heads.get(module) ?? null,
    headBindings: () =>
      all().flatMap(({ module, semver, digest, bindings }) =>
        bindings.map((each) => ({ ...each, module, release: { module, semver, digest } })),
      ),
    headFiles(paths) {
      const wanted = new Set(paths);
      const found = all().flatMap(({ module, files }) =>
        files
          .filter((file) => wanted.has(file.path))
          .map(({ path, content }) => [path, { module, content }] as const),
      );
      return new Map(found);
    },
    owners: () =>
      new Map(
        all().flatMap(({ module, claims }) =>
          claims.map((claim) => [claimKey(claim), module] as const),
        ),
      ),
    dependents: (module) =>
      others(module)
        .filter((each) => each.dependencies.some((dependency) => dependency.module === module))
        .map((each) => each.module),
    importedByOthers: (module) => new Set(others(module).flatMap((each) => each.imports)),
    importersOf: (module, paths) =>
      others(module)
        .filter((each) => each.imports.some((path) => paths.includes(path)))
        .map((each) => each.module),
    subjectsOf: (element) =>
      all().flatMap(({ module, bindings }) =>
        bindings
          .filter(({ binding, types }) => types.includes(element) || rpcOf(binding) === element)
          .flatMap(({ binding }) => subjectsOf(binding).map((side) => ({ ...side, module }))),
      ),
    lastSubjectVersion: () => null,
    release(module, semver) {
      const head = heads.get(module);
      return head === undefined || head.semver !== semver ? null : recordOf(head);
    },
    pastReleases(module) {
      const head = heads.get(module);
      if (head === undefined) return [];
      return [{ ...head, registeredAtMs: Date.parse(head.registeredAt), streams: [] }];
    },
    image: (id) => all().find((each) => each.id === id)?.image ?? new Uint8Array(),
    commit({ releases, registeredAt }) {
      for (const each of releases) {
        heads.set(each.module, { ...each, id: heads.size + 1, registeredAt });
      }
      return "committed";
    },
    usesOfNumber: () => [],
    deployed: () => [],
    deployments: () => [],
    usersOf: () => [],
    usages: () => [],
    retirement: () => null,
    saveReport: () => {},
  };
}

function rpcOf(binding: Kept["bindings"][number]["binding"]): string | null {
  return binding.kind === "event" ? null : binding.rpc;
}

function recordOf(head: Kept): NonNullable<ReturnType<GateStore["release"]>> {
  const { id, module, packageName, semver } = head;
  const publication = {
    releaseId: id,
    module,
    name: packageName,
    version: semver,
    state: "pending",
    integrity: null,
    error: null,
    registry: null,
  } as const;
  return { ...head, publication };
}
