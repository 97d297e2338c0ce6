import type { FindingPlace } from "./report.ts";

/** One difference between two revisions, as buf or Charter's comparison found it. */
export interface Change {
  readonly rule: string;
  readonly message: string;
  /** The full name of what changed; a file's path where the whole file did. */
  readonly element: string;
  readonly place: FindingPlace;
  readonly before: string | null;
  readonly after: string | null;
}
