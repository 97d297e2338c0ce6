import { RegistryFailure } from "../../core/failure.ts";
import { type PackageInUse, type Retirement, reasonToKeep } from "../../core/gate/retirement.ts";
import type { Head } from "../../core/registration/plan.ts";
import type { Clock, GateStore, Store } from "../ports.ts";
import type { LinkedReleases } from "./linked-releases.ts";

/** What retiring asks of the outside. */
export interface RetirementPorts {
  readonly store: Store;
  readonly releases: LinkedReleases;
}

/** An announced end, with what keeps the package now. */
export interface RetirementStatus extends Retirement {
  readonly users: PackageInUse["users"];
  readonly importers: readonly string[];
  readonly keptBecause: string | null;
}

/** What decides whether a package of a module may go. */
export function packageInUse(
  { store, releases }: { readonly store: GateStore; readonly releases: LinkedReleases },
  module: string,
  protoPackage: string,
): PackageInUse {
  return {
    retirement: store.retirement(protoPackage),
    users: store.usersOf(protoPackage),
    importers: store.importersOf(module, pathsOf(releases, store.head(module), protoPackage)),
  };
}

function pathsOf(
  releases: LinkedReleases,
  head: Head | null,
  protoPackage: string,
): readonly string[] {
  if (head === null) return [];
  const { revision } = releases.get(head.module, head.semver);
  const isIn = (path: string) => revision.registry.getFile(path)?.proto.package === protoPackage;
  return revision.files.map((file) => file.path).filter(isIn);
}

/**
 * Announces the end of a package. Nothing is deleted by it: the module's next release may leave the
 * package out, once the day has come and nobody uses it. Announcing again moves the day.
 *
 * @throws RegistryFailure when the module has no such package, or the day is none or has passed
 */
export function retirePackage(
  ports: RetirementPorts & { readonly clock: Clock },
  end: Pick<Retirement, "protoPackage" | "module" | "sunset" | "reason">,
): RetirementStatus {
  const { store, clock } = ports;
  const { module, protoPackage, sunset } = end;
  const now = clock.now();
  if (!store.protoPackages(module).includes(protoPackage)) {
    const known = store.protoPackages(module).join(", ");
    throw new RegistryFailure(
      "NOT_FOUND",
      known === ""
        ? `No module ${module} is registered. \`charter module list\` shows those that are.`
        : `${module} has no package ${protoPackage}. It has ${known}.`,
    );
  }
  if (!isDay(sunset)) {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `"${sunset}" is no day of the calendar. Expected one such as 2026-12-31.`,
    );
  }
  if (sunset < now.slice(0, 10)) {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `The sunset ${sunset} has passed. Name a day from today, ${now.slice(0, 10)}, on: those who use ${protoPackage} must hear of it before.`,
    );
  }
  store.announceRetirement({ ...end, announcedAt: now });
  return statusOf(ports, { ...end, announcedAt: now }, now);
}

/** Every announced end, soonest first. */
export function retirementsNow(
  ports: RetirementPorts & { readonly clock: Clock },
): readonly RetirementStatus[] {
  const now = ports.clock.now();
  return ports.store.retirements().map((each) => statusOf(ports, each, now));
}

function statusOf(ports: RetirementPorts, retirement: Retirement, now: string): RetirementStatus {
  const use = packageInUse(ports, retirement.module, retirement.protoPackage);
  return {
    ...retirement,
    users: use.users,
    importers: use.importers,
    keptBecause: reasonToKeep(use, now.slice(0, 10)),
  };
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  // 2026-02-30 is read as a day of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
