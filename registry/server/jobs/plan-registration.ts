import { major } from "semver";
import { numberUses } from "../../core/gate/number-ledger.ts";
import { packageNameOf } from "../../core/module-name.ts";
import type { Claim } from "../../core/registration/claims.ts";
import type { Dependency, PlannedRelease, RegistrationPlan } from "../../core/registration/plan.ts";
import { bindingDigest } from "../../core/revision/fingerprint.ts";
import { type Bump, nextSemver } from "../../core/revision/semver.ts";
import { wildcardOf } from "../../core/subject/pattern.ts";
import type { GateStore } from "../ports.ts";
import type { AssessedModule, Assessment } from "./assess.ts";

/** The version that each changed module gets; none for a rejected one. */
export function plannedVersions(
  store: Pick<GateStore, "head" | "release">,
  assessment: Assessment,
): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  const owners = ownersOf(assessment);
  for (const each of assessment.changed) {
    if (each.verdict === "rejected") continue;
    const { head, inspection, revision } = each;
    const dependencies = dependenciesOf(store, revision, owners, versions);
    const before =
      head === null ? [] : (store.release(head.module, head.semver)?.dependencies ?? []);
    const bump = movesToMajor(before, dependencies) ? "major" : bumpOf(each);
    versions.set(revision.module, nextSemver(head?.semver ?? null, bump, inspection.unstable));
  }
  return versions;
}

function bumpOf({ head, inspection, isBreak }: AssessedModule): Bump {
  if (isBreak) return "major";
  return head !== null && head.meaning === inspection.meaning ? "patch" : "minor";
}

/**
 * Whether a dependency is linked in another major now. Its types are part of what this module's
 * packages give, so what broke there, and was let through there, breaks here too.
 */
function movesToMajor(before: readonly Dependency[], after: readonly Dependency[]): boolean {
  return before.some((old) => {
    const now = after.find((each) => each.module === old.module);
    return now !== undefined && major(now.semver) !== major(old.semver);
  });
}

/** Everything that registering an accepted assessment writes. Pure but for look-ups in the store. */
export function planRegistration(
  store: GateStore,
  assessment: Assessment,
  registeredAt: string,
  generator: string,
): RegistrationPlan {
  const versions = plannedVersions(store, assessment);
  const heads = new Map(
    [...assessment.heads].map(([module, head]) => [module, head?.id ?? null] as const),
  );
  for (const module of new Set(assessment.imported.owners.values())) {
    heads.set(module, store.head(module)?.id ?? null);
  }
  const owners = ownersOf(assessment);
  const releases = assessment.changed.map((each) =>
    planRelease(store, assessment, each, versions, owners, generator),
  );
  return { registeredAt, releases, heads, policyVersion: assessment.policy.version };
}

/** The module of each file that the proposal has or imports. */
function ownersOf({ imported, changed }: Assessment): ReadonlyMap<string, string> {
  const owners = new Map(imported.owners);
  for (const { revision } of changed) {
    for (const path of revision.imports.keys()) owners.set(path, revision.module);
  }
  return owners;
}

/** @param versions those of the modules that are registered with it */
function dependenciesOf(
  store: Pick<GateStore, "head">,
  revision: AssessedModule["revision"],
  owners: ReadonlyMap<string, string>,
  versions: ReadonlyMap<string, string>,
): readonly Dependency[] {
  const modules = new Set(importsOfOthers(revision, owners).map((path) => owners.get(path) ?? ""));
  return [...modules].map((module) => {
    const semver = versions.get(module) ?? store.head(module)?.semver;
    if (semver !== undefined) return { module, semver };
    throw new Error(`${module}, which ${revision.module} imports, has no release`);
  });
}

function planRelease(
  store: GateStore,
  { graph, registry }: Assessment,
  { revision, inspection, image }: AssessedModule,
  versions: ReadonlyMap<string, string>,
  owners: ReadonlyMap<string, string>,
  generator: string,
): PlannedRelease {
  const { module, digest, files, bindingsFile } = revision;
  const imports = importsOfOthers(revision, owners);
  return {
    module,
    semver: versions.get(module) ?? "",
    digest,
    meaning: inspection.meaning,
    files,
    bindingsFile,
    image,
    dependencies: dependenciesOf(store, revision, owners, versions),
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
    generator,
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
