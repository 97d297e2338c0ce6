import type { ComparedRevision } from "../../core/diff/revision.ts";

/** A revision that a command line names, linked. */
export interface NamedRevision extends ComparedRevision {
  /** `bodybroker/npc` */
  readonly module: string;
  /** What it is called beside its module: a version, a folder, a git ref. */
  readonly label: string;
  /** The path of a file of the module for whoever reads the output. */
  locate(path: string): string;
}

/**
 * A place that revisions come from, such as a registry.
 *
 * @param text what the command line says
 * @param module the module to read, where the text names none; the text of the other side named it
 */
export type RevisionSource = (text: string, module: string | null) => Promise<NamedRevision>;
