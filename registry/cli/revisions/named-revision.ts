import type { ComparedRevision } from "../../core/diff/revision.ts";

/** A revision of a module for a comparison that a person reads. */
export interface NamedRevision extends ComparedRevision {
  /** The path of a file of the module for whoever reads the output. */
  locate(path: string): string;
}

/** The revisions of modules at one place: one release, or the modules of a workspace. */
export interface NamedRevisions {
  /** What the place is called: a version, a folder, a git ref. */
  readonly label: string;
  /** By the names of their modules: `bodybroker/npc`. */
  readonly modules: ReadonlyMap<string, NamedRevision>;
}
