import { numberUses } from "../../core/gate/number-ledger.ts";
import { packageNameOf } from "../../core/module-name.ts";
import type { Claim } from "../../core/registration/claims.ts";
import type { Dependency, PlannedRelease, RegistrationPlan } from "../../core/registration/plan.ts";
import { bindingDigest } from "../../core/revision/fingerprint.ts";
import { type Bump, nextSemver } from "../../core/revision/semver.ts";
import { wildcardOf } from "../../core/subject/pattern.ts";
import type { Store } from "../ports.ts";
import type { AssessedModule, Assessment } from "./assess.ts";

/** The version that each changed module gets; none for a rejected one. */
export function plannedVersions(assessment: Assessment): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const each of assessment.changed) {
    if (each.verdict === "rejected") continue;
    const { head, inspection } = each;
    versions.set(
      each.revision.module,
      nextSemver(head?.semver ?? null, bumpOf(each), inspection.unstable),
    );
  }
  return versions;
}

function bumpOf({ head, inspection, isBreak }: AssessedModule): Bump {
  if (isBreak) return "major";
  return head !== null && head.meaning === inspection.meaning ? "patch" : "minor";
}

/** Everything that registering an accepted assessment writes. Pure but for look-ups in the store. */
export function planRegistration(
  store: Store,
  assessment: Assessment,
  registeredAt: string,
): RegistrationPlan {
  const versions = plannedVersions(assessment);
  const heads = new Map(
    [...assessment.heads].map(([module, head]) => [module, head?.id ?? null] as const),
  );
  for (const module of new Set(assessment.imported.owners.values())) {
    heads.set(module, store.head(module)?.id ?? null);
  }
  const owners = new Map(assessment.imported.owners);
  for (const each of assessment.changed) {
    for (const path of each.revision.imports.keys()) owners.set(path, each.revision.module);
  }
  const releases = assessment.changed.map((each) =>
    planRelease(store, assessment, each, versions, owners),
  );
  return { registeredAt, releases, heads, policyVersion: assessment.policy.version };
}

function planRelease(
  store: Store,
  { graph, registry }: Assessment,
  { revision, inspection, image }: AssessedModule,
  versions: ReadonlyMap<string, string>,
  owners: ReadonlyMap<string, string>,
): PlannedRelease {
  const { module, digest, files } = revision;
  const imports = importsOfOthers(revision, owners);
  const dependencies = new Map<string, Dependency>();
  for (const path of imports) {
    const owner = owners.get(path) ?? "";
    const semver = versions.get(owner) ?? store.head(owner)?.semver;
    if (semver === undefined) throw new Error(`${owner}, which ${module} imports, has no release`);
    dependencies.set(owner, { module: owner, semver });
  }
  return {
    module,
    semver: versions.get(module) ?? "",
    digest,
    meaning: inspection.meaning,
    files,
    image,
    dependencies: [...dependencies.values()],
    imports,
    bindings: inspection.bindings.map((binding) => {
      const promised = bindingDigest(binding, graph);
      const last = store.lastSubjectVersion(binding.pattern);
      const isNewVersion = last?.digest !== promised;
      const replyType = binding.kind === "event" ? [] : graph.closure(binding.replyType);
      return {
        binding,
        digest: promised,
        subjectVersion: (last?.version ?? 0) + (isNewVersion ? 1 : 0),
        isNewVersion,
        types: [...new Set([...graph.closure(binding.messageType), ...replyType])],
      };
    }),
    numbers: numberUses(registry, revision.imports.keys()),
    claims: [
      ...files.map((file): Claim => ({ kind: "file", value: file.path })),
      ...inspection.packages.map((value): Claim => ({ kind: "package", value })),
      ...inspection.subjects.map(
        (each): Claim => ({ kind: "subject", value: wildcardOf(each.pattern) }),
      ),
    ],
    packageName: packageNameOf(module),
  };
}

/** Paths of other modules' files that a revision imports directly. */
function importsOfOthers(
  revision: AssessedModule["revision"],
  owners: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set<string>();
  for (const imports of revision.imports.values()) {
    for (const { path } of imports) {
      const owner = owners.get(path);
      if (owner !== undefined && owner !== revision.module) paths.add(path);
    }
  }
  return [...paths].sort();
}
