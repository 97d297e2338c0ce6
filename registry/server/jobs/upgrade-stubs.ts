import { RegistryFailure } from "../../core/failure.ts";
import { numberUses } from "../../core/gate/number-ledger.ts";
import { packageNameOf } from "../../core/module-name.ts";
import type { PlannedRelease, ReleaseSummary } from "../../core/registration/plan.ts";
import { typeGraph } from "../../core/revision/closure.ts";
import { isBuiltIn } from "../../core/revision/file-path.ts";
import { scanProto } from "../../core/revision/scan.ts";
import { nextSemver } from "../../core/revision/semver.ts";
import type { Clock, Store } from "../ports.ts";
import type { LinkedReleases } from "./linked-releases.ts";

/** What upgrading asks of the outside. */
export interface UpgradePorts {
  readonly store: Store;
  readonly releases: LinkedReleases;
  readonly clock: Clock;
  /** What generates stub packages now. */
  readonly generator: string;
  readonly afterCommit: () => void;
}

/**
 * Registers every head again, as a patch, whose stub package another generator made: the same
 * revision, linked with the same releases of other modules. Repeating it registers nothing.
 *
 * @throws RegistryFailure when a module was registered meanwhile
 */
export function upgradeStubs(
  ports: UpgradePorts,
): readonly Pick<ReleaseSummary, "module" | "semver">[] {
  const { store, generator } = ports;
  const old = store.heads().filter(({ id }) => store.generatorOf(id) !== generator);
  if (old.length === 0) return [];
  const outcome = store.commit({
    registeredAt: ports.clock.now(),
    heads: new Map(old.map(({ module, id }) => [module, id])),
    policyVersion: store.policy().version,
    releases: old.map((head) => samePlanned(ports, head)),
  });
  if (outcome !== "committed") {
    throw new RegistryFailure(
      "BASELINE_MOVED",
      "A module or the policy changed while its stub package was made again. Nothing was registered; start again.",
    );
  }
  ports.afterCommit();
  return old.map(({ module }) => ({ module, semver: store.head(module)?.semver ?? "" }));
}

/** The release of the same revision that comes after a head. */
function samePlanned(
  { store, releases, generator }: UpgradePorts,
  head: ReleaseSummary,
): PlannedRelease {
  const { module, semver } = head;
  const release = store.release(module, semver);
  if (release === null) throw new Error(`${module}@${semver} is not stored`);
  const { revision, image } = releases.get(module, semver);
  const graph = typeGraph(revision.registry);
  return {
    module,
    semver: nextSemver(semver, "patch", semver.startsWith("0.")),
    digest: head.digest,
    meaning: head.meaning,
    files: release.files,
    bindingsFile: release.bindingsFile,
    image: store.image(head.id),
    dependencies: release.dependencies,
    imports: importsOf(release.files, image.files),
    bindings: release.bindings.map((each) => {
      const { binding } = each;
      const types = binding.kind === "event" ? [] : graph.closure(binding.replyType);
      return {
        ...each,
        isNewVersion: false,
        types: [...new Set([...graph.closure(binding.messageType), ...types])],
      };
    }),
    numbers: numberUses(revision.registry, image.files),
    claims: [],
    packageName: packageNameOf(module),
    generator,
  };
}

/** Paths of other modules' files that a release's files import. */
function importsOf(
  files: readonly { readonly path: string; readonly content: string }[],
  own: ReadonlySet<string>,
): string[] {
  const all = files.flatMap(({ path, content }) => scanProto(path, content).imports);
  const foreign = all.map(({ path }) => path).filter((path) => !own.has(path) && !isBuiltIn(path));
  return [...new Set(foreign)].sort();
}
