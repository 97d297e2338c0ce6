import { overlaps, type PatternToken, type SubjectPattern } from "./pattern.ts";

interface Claimed {
  readonly pattern: SubjectPattern;
}

export interface Overlap<T> {
  readonly one: T;
  readonly other: T;
}

/**
 * The pairs of patterns that some subject matches both, at least one of each pair among `added`.
 * Patterns are grouped by length and first token, which in an estate with one root and many
 * domains leaves little to compare; the second token narrows it further.
 */
export function findOverlaps<T extends Claimed>(
  added: readonly T[],
  existing: Iterable<T>,
): readonly Overlap<T>[] {
  const groups = new Map<string, T[]>();
  const loose: T[] = [];
  const found: Overlap<T>[] = [];
  const put = (each: T) => {
    const key = keyOf(each.pattern);
    if (key === null) loose.push(each);
    else groups.set(key, [...(groups.get(key) ?? []), each]);
  };
  const meets = (each: T) => {
    const key = keyOf(each.pattern);
    const near = key === null ? [...groups.values()].flat() : (groups.get(key) ?? []);
    for (const other of [...near, ...loose]) {
      if (overlaps(each.pattern, other.pattern)) found.push({ one: each, other });
    }
  };
  const addedLengths = new Set(added.map((each) => each.pattern.tokens.length));
  for (const each of existing) {
    if (addedLengths.has(each.pattern.tokens.length)) put(each);
  }
  for (const each of added) {
    meets(each);
    put(each);
  }
  return found;
}

/** Length, and the first three tokens when they are literals. */
function keyOf(pattern: SubjectPattern): string | null {
  const head = pattern.tokens.slice(0, 3);
  if (head.some((token) => token.kind === "parameter")) return null;
  return `${pattern.tokens.length} ${head.map(textOf).join(".")}`;
}

function textOf(token: PatternToken): string {
  return token.kind === "literal" ? token.text : "";
}
