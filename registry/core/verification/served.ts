import type { BindingKind } from "../binding/binding.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { ContractOf } from "./contract-of.ts";
import type { Verification } from "./verification.ts";

/** A subject that a build answers or publishes on. */
export interface ServedSubject {
  readonly subject: string;
  readonly kind: BindingKind;
  readonly module: string;
  readonly protoPackage: string | null;
  /** The release that it was built with; null where nothing tells. */
  readonly semver: string | null;
  readonly digest: string | null;
}

/**
 * What a build serves: by where it is seen or recorded, in any environment, and by what it was tested
 * on. A record names a release, and so stands for all its subjects of the kind.
 *
 * @param deployments of this build
 * @param rows of this build
 */
export function servedSubjects(
  deployments: readonly Deployment[],
  rows: readonly Verification[],
  contractOf: ContractOf,
): readonly ServedSubject[] {
  const told = deployments
    .filter((each) => each.evidence === "real")
    .flatMap((each) => servedBy(each, contractOf));
  const known = new Set(told.map((each) => each.subject));
  const tested = newestOfEach(rows.filter((each) => !known.has(each.subject)));
  return unique([...told, ...tested.map((each) => testedSubject(each, contractOf))]).sort(
    bySubject,
  );
}

function servedBy(deployment: Deployment, contractOf: ContractOf): readonly ServedSubject[] {
  const { role, module, protoPackage, subject, semver } = deployment;
  if (module === null || protoPackage === null) return [];
  if (role !== "serves" && role !== "publishes") return [];
  const contract = semver === null ? null : contractOf(module, semver);
  const digest = deployment.digest ?? contract?.digest ?? null;
  const release = { module, semver, digest };
  if (subject !== null) {
    const bound = contract?.subjects.find((each) => each.pattern === subject);
    return [{ subject, kind: bound?.kind ?? "request", protoPackage, ...release }];
  }
  return (contract?.subjects ?? [])
    .filter((each) => each.protoPackage === protoPackage)
    .filter((each) => (each.kind === "event") === (role === "publishes"))
    .map(({ pattern, kind }) => ({ subject: pattern, kind, protoPackage, ...release }));
}

function testedSubject(row: Verification, contractOf: ContractOf): ServedSubject {
  const { subject, kind, module, semver, digest } = row;
  const bound = contractOf(module, semver)?.subjects.find((each) => each.pattern === subject);
  return { subject, kind, module, protoPackage: bound?.protoPackage ?? null, semver, digest };
}

/** The contract that a subject was tested against last: rather the real build than a stand-in. */
function newestOfEach(rows: readonly Verification[]): readonly Verification[] {
  const newest = new Map<string, Verification>();
  for (const row of rows) {
    const known = newest.get(row.subject);
    if (known === undefined || rankOf(row) > rankOf(known)) newest.set(row.subject, row);
  }
  return [...newest.values()];
}

function rankOf({ evidence, testedAt }: Verification): string {
  return `${evidence === "real" ? 1 : 0} ${testedAt}`;
}

/** A subject whose release one deployment tells is not asked for again where another tells nothing. */
function unique(all: readonly ServedSubject[]): ServedSubject[] {
  const told = new Set(all.filter((each) => each.digest !== null).map((each) => each.subject));
  const kept = all.filter((each) => each.digest !== null || !told.has(each.subject));
  const byKey = new Map(kept.map((each) => [`${each.subject} ${each.digest}`, each]));
  return [...byKey.values()];
}

function bySubject(a: ServedSubject, b: ServedSubject): number {
  return a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0;
}
