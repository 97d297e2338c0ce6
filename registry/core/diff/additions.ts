import type { Addition } from "../gate/report.ts";
import { limits } from "../limits.ts";
import type { Difference } from "./difference.ts";

/** What is new in a revision, for its report. */
export function additionsOf(differences: readonly Difference[]): readonly Addition[] {
  return differences
    .filter((difference) => difference.change === "added")
    .slice(0, limits.additionsPerReport)
    .map(({ element, kind, place }) => ({ element, kind, place }));
}
