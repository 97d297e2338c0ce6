import type { ElementKind, FindingPlace } from "../gate/report.ts";
import type { Difference } from "./difference.ts";

/** What can be said of an element: each property with its words, null where it is not set. */
export type Aspects = ReadonlyMap<string, string | null>;

/** An element that both revisions have, as far as a difference names it. */
export interface Subject {
  readonly kind: ElementKind;
  readonly element: string;
  readonly place: FindingPlace;
}

/**
 * A difference for each property that is not as it was.
 *
 * @param subject asked only when there is one: most elements have none
 */
export function compareAspects(subject: () => Subject, old: Aspects, now: Aspects): Difference[] {
  const changed: string[] = [];
  for (const [property, before] of old) {
    if (before !== (now.get(property) ?? null)) changed.push(property);
  }
  for (const [property, after] of now) {
    if (after !== null && !old.has(property)) changed.push(property);
  }
  if (changed.length === 0) return [];
  const of = subject();
  return changed.map((property) => ({
    change: "changed",
    ...of,
    property,
    before: old.get(property) ?? null,
    after: now.get(property) ?? null,
  }));
}

/** `yes` or `no`, for properties that are either. */
export function yesNo(value: boolean): "yes" | "no" {
  return value ? "yes" : "no";
}
