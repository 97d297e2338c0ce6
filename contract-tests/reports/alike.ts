import type { Case } from "./cases.ts";

/** Cases of one binding that say the same of several laws, such as that nothing is live. */
export interface Alike {
  readonly first: Case;
  /** `R2 accepts every valid request`, or the ids of several laws. */
  readonly laws: string;
}

/** What a reader has to know, once. */
export function alike(cases: readonly Case[]): readonly Alike[] {
  const groups = new Map<string, Case[]>();
  for (const each of cases) {
    const { module, semver, element, verdict, message, detail } = each;
    const key = JSON.stringify([module, semver, element, verdict, message, detail]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, second] = group;
    if (first === undefined) return [];
    const laws =
      second === undefined ? `${first.law} ${first.title}` : group.map(({ law }) => law).join(", ");
    return [{ first, laws }];
  });
}
