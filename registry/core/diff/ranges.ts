/** Numbers from the first to the last, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** `4, 20 to 30`; null for none. Ranges that touch or overlap are one, in whatever order they stand. */
export function rangesInWords(ranges: readonly NumberRange[], greatest: number): string | null {
  const joined: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else joined.push({ first, last });
  }
  if (joined.length === 0) return null;
  return joined
    .map(({ first, last }) =>
      first === last ? `${first}` : `${first} to ${last === greatest ? "max" : last}`,
    )
    .join(", ");
}

/** `"old", "older"`, in the order of letters; null for none. */
export function namesInWords(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return names
    .toSorted()
    .map((name) => `"${name}"`)
    .join(", ");
}
