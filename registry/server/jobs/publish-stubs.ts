import type { Publication } from "../../core/registration/plan.ts";
import type { PackageRegistry, Store, StubBuilder } from "../ports.ts";

/** What publishing asks of the outside. */
export interface PublishPorts {
  readonly store: Store;
  readonly builder: StubBuilder;
  readonly packages: PackageRegistry;
  /** Told of a publication that failed, for the log. */
  readonly onFailure: (publication: Publication, error: unknown) => void;
}

/**
 * Publishes the stub package of every release that has none yet, dependencies first. It can be
 * stopped anywhere and run again: a package has the same bytes each time, and a version that the
 * npm registry holds with the same integrity counts as published.
 *
 * A package that fails is noted and tried again by the next run; those that depend on it wait.
 *
 * @param signal an abort leaves the rest for the next run
 * @returns whether everything is published
 */
export async function publishStubs(ports: PublishPorts, signal: AbortSignal): Promise<boolean> {
  const failed = new Set<string>();
  for (const publication of ports.store.openPublications()) {
    if (signal.aborted) return false;
    const { module, version, releaseId } = publication;
    const release = ports.store.release(module, version);
    if (release === null) throw new Error(`${module} ${version} is not stored`);
    const waitsFor = release.dependencies.find((each) =>
      failed.has(keyOf(each.module, each.semver)),
    );
    try {
      if (waitsFor !== undefined) {
        throw new Error(
          `it waits for @${waitsFor.module}@${waitsFor.semver}, which is not published`,
        );
      }
      const packed = await ports.builder.build(release, ports.store.image(releaseId));
      await ports.packages.publish({ ...packed, tag: "latest" });
      const { integrity } = packed;
      const registry = ports.packages.url;
      ports.store.notePublication(releaseId, { state: "published", integrity, registry });
    } catch (error) {
      failed.add(keyOf(module, version));
      const text = error instanceof Error ? error.message : String(error);
      ports.store.notePublication(releaseId, { state: "failed", error: text });
      ports.onFailure(publication, error);
    }
  }
  return failed.size === 0;
}

/**
 * Notes why nothing is published where there is no npm registry, so that whoever waits for a stub
 * package need not. The publications stay open for a start with one.
 */
export function noteNoNpmRegistry(store: Store): void {
  const error =
    "this registry has no npm registry to publish to; set CHARTER_NPM_URL and CHARTER_NPM_TOKEN";
  for (const publication of store.openPublications()) {
    // A note is a write to disk, and each start and registration comes by all of them.
    if (publication.error === error) continue;
    store.notePublication(publication.releaseId, { state: "pending", error });
  }
}

function keyOf(module: string, semver: string): string {
  return `${module}@${semver}`;
}
