/** Parts of two revisions that belong together, and what has no counterpart. */
export interface Pairs<T> {
  readonly both: readonly (readonly [old: T, now: T])[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

type Key<T> = (part: T) => string | number | null;

/**
 * Pairs parts that agree in the first key; then, of what is left, those that agree in the next. A
 * key that is null agrees with nothing.
 */
export function pair<T>(old: readonly T[], now: readonly T[], keys: readonly Key<T>[]): Pairs<T> {
  const both: (readonly [T, T])[] = [];
  let removed = old;
  let added = now;
  for (const key of keys) {
    const open = new Map(added.map((part) => [key(part), part]));
    open.delete(null);
    const left: T[] = [];
    for (const part of removed) {
      const counterpart = open.get(key(part));
      open.delete(key(part));
      if (counterpart === undefined) left.push(part);
      else both.push([part, counterpart]);
    }
    const paired = new Set(both.map(([, part]) => part));
    removed = left;
    added = added.filter((part) => !paired.has(part));
  }
  return { both, removed, added };
}
