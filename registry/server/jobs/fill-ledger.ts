import { numberUses } from "../../core/gate/number-ledger.ts";
import type { Store } from "../ports.ts";
import { linkedReleases } from "./linked-releases.ts";

/** Adds releases to the ledger of numbers that were registered before there was one. */
export function fillLedger(store: Store): void {
  const releases = linkedReleases(store);
  for (const { id, module, semver } of store.releasesOutsideLedger()) {
    const { revision, image } = releases.get(module, semver);
    store.addToLedger(id, numberUses(revision.registry, image.files));
  }
}
