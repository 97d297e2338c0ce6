import type { ElementKind, FindingPlace } from "../gate/report.ts";

/** One difference in meaning between two revisions: comments, order and layout are none. */
export interface Difference {
  readonly change: "added" | "removed" | "changed";
  readonly kind: ElementKind;
  /**
   * The full name; of a file its path, of a subject its pattern. What was renamed has its new name.
   * What stands in something added or removed is part of that, and no difference of its own.
   */
  readonly element: string;
  /** What changed of it: `type`, `option deprecated`; null for what came or went as a whole. */
  readonly property: string | null;
  /** In the words of the language; null where it was not there, or not set. */
  readonly before: string | null;
  readonly after: string | null;
  /** In the proposal; in the baseline for what is gone. */
  readonly place: FindingPlace;
}
