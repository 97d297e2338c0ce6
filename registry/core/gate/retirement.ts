import type { PackageUser } from "../deployment/deployment.ts";
import { packagesOf } from "../diff/revision.ts";
import type { Change } from "./change.ts";
import type { LinkedRevision } from "./linked-revision.ts";

/** An announced end of a proto package. */
export interface Retirement {
  readonly protoPackage: string;
  readonly module: string;
  /** The day from which it may be deleted, UTC: `2026-12-31`. */
  readonly sunset: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly announcedAt: string;
}

/** What decides whether a package may be deleted. */
export interface PackageInUse {
  readonly retirement: Retirement | null;
  readonly users: readonly PackageUser[];
  /** Modules whose heads import a file of it. */
  readonly importers: readonly string[];
}

/** Packages of which one revision has files and the next has none. */
export function deletedPackages(old: LinkedRevision, now: LinkedRevision): readonly string[] {
  const left = packagesOf(now);
  return [...packagesOf(old)].filter((each) => !left.has(each));
}

/**
 * Why a package may not be deleted; null when its end was announced, the day has come, and nobody
 * uses it any more.
 *
 * @param today UTC: `2026-12-31`
 */
export function reasonToKeep(
  { retirement, users, importers }: PackageInUse,
  today: string,
): string | null {
  const reasons = [
    ...(retirement === null ? ["its end was not announced"] : []),
    ...(retirement !== null && today < retirement.sunset
      ? [`it was announced to stay until ${retirement.sunset}`]
      : []),
    ...users.map(
      ({ participant, role, semver, environment }) =>
        `${participant} ${role} it in ${environment}${semver === null ? "" : ` with ${semver}`}`,
    ),
    ...importers.map((module) => `${module} imports it`),
  ];
  return reasons.length === 0 ? null : reasons.join("; ");
}

/** The change that refuses the deletion of a package. */
export function keptPackage(protoPackage: string, old: LinkedRevision, reason: string): Change {
  const file = old.files.find(
    ({ path }) => old.registry.getFile(path)?.proto.package === protoPackage,
  );
  return {
    rule: "PACKAGE_NO_DELETE_UNLESS_RETIRED",
    message: `Package "${protoPackage}" was deleted, and must stay: ${reason}.`,
    element: protoPackage,
    place: { side: "baseline", file: file?.path ?? "", line: 1, column: 1 },
    before: null,
    after: null,
  };
}
