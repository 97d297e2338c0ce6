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

/** A difference for each property that is not as it was. */
export function compareAspects(of: Subject, old: Aspects, now: Aspects): Difference[] {
  const properties = new Set([...old.keys(), ...now.keys()]);
  return [...properties].flatMap((property) => {
    const before = old.get(property) ?? null;
    const after = now.get(property) ?? null;
    return before === after ? [] : [{ change: "changed", ...of, property, before, after } as const];
  });
}

/** `yes` or `no`, for properties that are either. */
export function yesNo(value: boolean): "yes" | "no" {
  return value ? "yes" : "no";
}
