import { createFileRegistry } from "@bufbuild/protobuf";
import { LRUCache } from "lru-cache";
import type { LinkedRevision } from "../../core/gate/linked-revision.ts";
import { limits } from "../../core/limits.ts";
import { readImage } from "../../core/revision/image.ts";
import type { OwnedImage } from "../../core/revision/touched-parts.ts";
import type { GateStore } from "../ports.ts";

/** A registered release, ready to be compared. */
export interface LinkedRelease {
  readonly revision: LinkedRevision;
  readonly image: OwnedImage;
}

/** Gives releases linked. They never change, so each is linked once while it is in use. */
export interface LinkedReleases {
  get(module: string, semver: string): LinkedRelease;
}

export function linkedReleases(store: GateStore): LinkedReleases {
  const known = new LRUCache<string, LinkedRelease>({ max: limits.linkedReleasesKept });
  return {
    get(module, semver) {
      const key = `${module}@${semver}`;
      const linked = known.get(key) ?? link(store, module, semver);
      known.set(key, linked);
      return linked;
    },
  };
}

function link(store: GateStore, module: string, semver: string): LinkedRelease {
  const release = store.release(module, semver);
  if (release === null) throw new Error(`${module}@${semver} is not stored`);
  const set = readImage(store.image(release.id));
  return {
    revision: {
      files: release.files,
      registry: createFileRegistry(set),
      bindings: release.bindings.map((each) => each.binding),
    },
    image: { set, files: new Set(release.files.map((file) => file.path)) },
  };
}
