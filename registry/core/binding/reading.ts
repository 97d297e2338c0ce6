import type { FailurePlace } from "../failure.ts";
import type { SourceLines } from "../revision/source-lines.ts";

/** What the reading of one file shares. */
export interface Reading {
  readonly lines: SourceLines;
  readonly problems: FailurePlace[];
  /** The owner that the services of a proto package name, which its events have too. */
  readonly owners: ReadonlyMap<string, string>;
}
