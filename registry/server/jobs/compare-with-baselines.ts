import { failingRules } from "../../core/behaviour/failing-rules.ts";
import { additionsOf } from "../../core/diff/additions.ts";
import { compareDescriptors } from "../../core/diff/compare-descriptors.ts";
import { baselinesOf } from "../../core/gate/baselines.ts";
import { type Change, sameChange } from "../../core/gate/change.ts";
import { compareRevisions } from "../../core/gate/compare-revisions.ts";
import { type Comparison, judge, type Surroundings } from "../../core/gate/judge.ts";
import type { LinkedRevision } from "../../core/gate/linked-revision.ts";
import { migrationsOf } from "../../core/gate/migration.ts";
import { reusedNumbers } from "../../core/gate/number-ledger.ts";
import { relevantChanges } from "../../core/gate/relevant-changes.ts";
import type { Addition, Baseline, Finding, Migration } from "../../core/gate/report.ts";
import { deletedPackages, keptPackage, reasonToKeep } from "../../core/gate/retirement.ts";
import { limits } from "../../core/limits.ts";
import type { Strictness } from "../../core/policy/strictness.ts";
import type { Head } from "../../core/registration/plan.ts";
import type { OwnedImage } from "../../core/revision/touched-parts.ts";
import type { Clock, GateStore, SchemaCompiler } from "../ports.ts";
import { carriersOf } from "./carriers.ts";
import { consumersHit } from "./consumers-hit.ts";
import type { LinkedRelease, LinkedReleases } from "./linked-releases.ts";
import { packageInUse } from "./retire-package.ts";
import { subjectsHit } from "./subjects-hit.ts";

/** What comparing asks of the outside. */
export interface ComparePorts {
  readonly store: GateStore;
  readonly compiler: SchemaCompiler;
  readonly releases: LinkedReleases;
  readonly clock: Clock;
  /** How the policy has this module judged. */
  readonly strictness: Strictness;
}

/** A compiled revision of a module, to be compared. */
export interface Compiled {
  readonly module: string;
  readonly revision: LinkedRevision;
  readonly image: OwnedImage;
}

/** What a module was compared with, and what came of it. */
export interface Compared {
  readonly baselines: readonly Baseline[];
  readonly findings: readonly Finding[];
  /** What head has not. */
  readonly additions: readonly Addition[];
  /** What packages that head has not make of their predecessors. */
  readonly migrations: readonly Migration[];
}

/**
 * Every change of a module against each of its baselines and against the ledger of numbers, judged.
 *
 * @param now RFC 3339, UTC
 */
export async function compareWithBaselines(
  ports: ComparePorts,
  head: Head,
  proposed: Compiled,
  now: string,
): Promise<Compared> {
  const { store, releases } = ports;
  const { module, revision } = proposed;
  const baselines = baselinesFor(store, module, now);
  const linkedHead = releases.get(module, head.semver);
  const deletions = judgeDeletions(ports, linkedHead, proposed, now);
  const used = (type: string, number: number) => store.usesOfNumber(type, number);
  const reused = reusedNumbers(revision, linkedHead.revision, used);
  const sides = { head: linkedHead.revision, proposed: revision };
  const consumers = consumersHit(ports, module, sides);
  const compared = await comparisonsWith(ports, baselines, linkedHead, proposed);
  const broken = consumers.broken(compared[0]?.changes ?? []);
  const comparisons: Comparison[] = [
    // Before what buf says of a deleted package, because it says why.
    { semver: head.semver, changes: deletions.refused, knownAtHead: new Set() },
    ...compared,
    { semver: head.semver, changes: broken, knownAtHead: new Set() },
    ...reused.map(({ semver, ...change }) => ({
      semver,
      changes: [change],
      knownAtHead: new Set<string>(),
    })),
  ];
  return {
    baselines,
    findings: judge(comparisons, {
      ...surroundings(ports, linkedHead, proposed, deletions.allowed),
      usersOf: consumers.usersOf,
    }),
    additions: additionsOf(compareDescriptors(linkedHead.revision, revision)),
    migrations: migrationsOf(revision, linkedHead.revision),
  };
}

/**
 * What a new module says wrongly by itself: rules of validation that fail on messages.
 *
 * @param now RFC 3339, UTC
 */
export function judgeAlone(
  { strictness }: Pick<ComparePorts, "strictness">,
  { revision }: Compiled,
  now: string,
): Compared {
  const changes = failingRules(revision, null, Date.parse(now));
  const findings = judge([{ semver: null, changes, knownAtHead: new Set() }], {
    blocks: strictness,
    packageOf: ({ element, place }) => packageAt(element, place.file, revision, revision),
    isImported: () => false,
    subjectsOf: () => [],
    usersOf: () => null,
    dependents: [],
  });
  return { baselines: [], findings, additions: [], migrations: [] };
}

/** @param baselines head's first */
async function comparisonsWith(
  ports: ComparePorts,
  baselines: readonly Baseline[],
  head: LinkedRelease,
  proposed: Compiled,
): Promise<Comparison[]> {
  const { module } = proposed;
  return Promise.all(
    baselines.map(async (baseline, i): Promise<Comparison> => {
      const { semver } = baseline;
      const old = ports.releases.get(module, semver);
      const all = relevantChanges(baseline, old.revision, await changesSince(ports, old, proposed));
      const beyondHead =
        i === 0 || all.length === 0 ? [] : await changesSince(ports, old, { module, ...head });
      return { semver, changes: all, knownAtHead: new Set(beyondHead.map(sameChange)) };
    }),
  );
}

/** The packages that a proposal deletes: those that may go, and why the others must stay. */
function judgeDeletions(
  ports: ComparePorts,
  { revision }: LinkedRelease,
  { module, revision: proposed }: Compiled,
  now: string,
) {
  const allowed = new Set<string>();
  const refused: Change[] = [];
  for (const protoPackage of deletedPackages(revision, proposed)) {
    const reason = reasonToKeep(packageInUse(ports, module, protoPackage), now.slice(0, 10));
    if (reason === null) allowed.add(protoPackage);
    else refused.push(keptPackage(protoPackage, revision, reason));
  }
  return { allowed, refused };
}

function surroundings(
  { store, strictness }: ComparePorts,
  head: LinkedRelease,
  { module, revision }: Compiled,
  mayGo: ReadonlySet<string>,
): Omit<Surroundings, "usersOf"> {
  const imported = store.importedByOthers(module, [...head.image.files]);
  return {
    // A package that was retired takes everything in it along.
    blocks: (rule, tier, protoPackage) =>
      !mayGo.has(protoPackage ?? "") && strictness(rule, tier, protoPackage),
    packageOf: ({ element, place }) => packageAt(element, place.file, head.revision, revision),
    isImported: (file) => imported.has(file),
    subjectsOf: (element) => subjectsHit(store, head.revision.registry, element),
    dependents: store.dependents(module),
  };
}

/** A finding about a whole package names it. Files that only an older baseline has count as stable. */
function packageAt(
  element: string,
  path: string,
  head: LinkedRevision,
  now: LinkedRevision,
): string | null {
  const file = now.registry.getFile(path) ?? head.registry.getFile(path);
  if (file !== undefined) return file.proto.package;
  // What changed is a whole package, or a binding in a bindings.yaml.
  const around = [...head.registry.files, ...now.registry.files]
    .map((each) => each.proto.package)
    .filter((each) => `${element}.`.startsWith(`${each}.`));
  return around.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

function baselinesFor(store: GateStore, module: string, now: string): readonly Baseline[] {
  const clock = { nowMs: Date.parse(now), write: (ms: number) => new Date(ms).toISOString() };
  const all = baselinesOf(store.pastReleases(module), store.deployed(module), clock);
  return all.slice(0, limits.baselinesPerModule + 1);
}

async function changesSince(
  ports: ComparePorts,
  old: LinkedRelease,
  now: Compiled,
): Promise<readonly Change[]> {
  const found = await ports.compiler.breaking(now.image, old.image);
  return compareRevisions(found, old.revision, now.revision, {
    carriers: () =>
      carriersOf(ports.store, now.module).map(
        (head) => ports.releases.get(head.module, head.semver).revision,
      ),
    nowMs: Date.parse(ports.clock.now()),
  });
}
