import { type Binding, subjectsOf } from "../../core/binding/binding.ts";
import { type FailurePlace, RegistryFailure } from "../../core/failure.ts";
import { type Claim, claimKey } from "../../core/registration/claims.ts";
import type { ClaimedSubject, Inspection } from "../../core/registration/inspect.ts";
import { isBuiltInPackage } from "../../core/revision/file-path.ts";
import { findOverlaps } from "../../core/subject/overlap.ts";
import { parsePattern, wildcardOf } from "../../core/subject/pattern.ts";
import type { GateStore } from "../ports.ts";
import type { ProposedRevision } from "./proposal.ts";

/** Refuse what belongs to another module; each throws a RegistryFailure with every place. */
export const checkClaims = { ofFiles, ofPackages, ofSubjects };

function ofFiles(store: GateStore, revisions: readonly ProposedRevision[]): void {
  refuse(
    revisions.flatMap(({ module, files }) => {
      const claims = files.map((file): Claim => ({ kind: "file", value: file.path }));
      return taken(store, module, claims, (claim) => ({ file: claim.value, line: 1 }));
    }),
  );
}

function ofPackages(
  store: GateStore,
  revisions: readonly ProposedRevision[],
  inspections: readonly Inspection[],
): void {
  const places: FailurePlace[] = [];
  const inProposal = new Map<string, string>();
  for (const [i, { module }] of revisions.entries()) {
    const packages = inspections[i]?.packages ?? [];
    for (const name of packages) {
      if (isBuiltInPackage(name)) {
        places.push({ module, message: `the package "${name}" is supplied by the registry` });
      }
      const other = inProposal.get(name);
      if (other !== undefined) {
        places.push({
          module,
          message: `the package "${name}" is in ${other} too; a package belongs to one module`,
        });
      }
      inProposal.set(name, module);
    }
    const claims = packages.map((value): Claim => ({ kind: "package", value }));
    places.push(...taken(store, module, claims, () => ({})));
  }
  refuse(places);
}

function taken(
  store: GateStore,
  module: string,
  claims: readonly Claim[],
  where: (claim: Claim) => Partial<FailurePlace>,
): FailurePlace[] {
  const owners = store.owners(claims);
  return claims.flatMap((claim) => {
    const owner = owners.get(claimKey(claim));
    if (owner === undefined || owner === module) return [];
    const message = `the ${claim.kind} "${claim.value}" belongs to the module ${owner}`;
    return [{ module, message, ...where(claim) }];
  });
}

function refuse(places: readonly FailurePlace[]): void {
  const first = places[0];
  if (first === undefined) return;
  throw new RegistryFailure(
    "OWNED_BY_ANOTHER_MODULE",
    `In ${first.module}, ${first.message}. Use a name of your own, or agree with that module's owner.`,
    { places },
  );
}

/** Overlaps among the proposal's subjects, and with the subjects of every other module's head. */
function ofSubjects(
  store: GateStore,
  revisions: readonly ProposedRevision[],
  inspections: readonly Inspection[],
): void {
  refuse(
    revisions.flatMap(({ module }, i) => {
      const subjects = inspections[i]?.subjects ?? [];
      const places = new Map(
        subjects.map((each) => [wildcardOf(each.pattern), each.binding.place]),
      );
      const claims = [...places.keys()].map((value): Claim => ({ kind: "subject", value }));
      return taken(store, module, claims, (claim) => places.get(claim.value) ?? {});
    }),
  );
  const changed = new Set(revisions.map((revision) => revision.module));
  const added = inspections.flatMap((inspection) => inspection.subjects);
  const existing = store
    .headBindings()
    .filter((each) => !changed.has(each.module))
    .flatMap(({ module, binding }) => claimedSubjects(module, binding));
  const places = findOverlaps(added, existing).map(
    ({ one, other }): FailurePlace => ({
      module: one.module,
      ...one.binding.place,
      message: `the subject "${one.pattern.text}" overlaps "${other.pattern.text}" of ${other.module} (${other.binding.place.file}:${other.binding.place.line})`,
    }),
  );
  const first = places[0];
  if (first === undefined) return;
  throw new RegistryFailure(
    "SUBJECT_OVERLAP",
    `${first.file}:${first.line}: ${first.message}: some subject would have two contracts. Give one of them another literal token.`,
    { places },
  );
}

function claimedSubjects(module: string, binding: Binding): ClaimedSubject[] {
  return subjectsOf(binding).flatMap((side) => {
    const result = parsePattern(side.pattern);
    return result.ok ? [{ module, binding, pattern: result.pattern }] : [];
  });
}
