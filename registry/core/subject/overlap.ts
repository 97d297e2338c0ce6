import type { SubjectPattern } from "./pattern.ts";

interface Claimed {
  readonly pattern: SubjectPattern;
}

export interface Overlap<T> {
  readonly one: T;
  readonly other: T;
}

/** Patterns with as many tokens, and with parameters at the same places. */
interface Shape<T> {
  readonly literals: readonly boolean[];
  readonly members: T[];
  /** Members by the literals at some places, for each set of places that was asked for. */
  readonly indexes: Map<string, Map<string, T[]>>;
}

/**
 * The pairs of patterns that some subject matches both, at least one of each pair among `added`.
 *
 * Two patterns overlap when they agree wherever both have a literal. So each pair of shapes costs
 * one index, and each pattern one look-up for each shape of its length, however many patterns
 * there are: a push of thousands of subjects must not hold the registry up.
 */
export function findOverlaps<T extends Claimed>(
  added: readonly T[],
  existing: Iterable<T>,
): readonly Overlap<T>[] {
  const shapes = new Map<number, Map<string, Shape<T>>>();
  const found: Overlap<T>[] = [];
  const lengths = new Set(added.map((each) => each.pattern.tokens.length));
  for (const each of existing) {
    if (lengths.has(each.pattern.tokens.length)) put(shapes, each);
  }
  for (const each of added) {
    for (const shape of shapes.get(each.pattern.tokens.length)?.values() ?? []) {
      for (const other of meets(shape, each)) found.push({ one: each, other });
    }
    put(shapes, each);
  }
  return found;
}

function put<T extends Claimed>(shapes: Map<number, Map<string, Shape<T>>>, each: T): void {
  const literals = each.pattern.tokens.map((token) => token.kind === "literal");
  const sameLength = shapes.get(literals.length) ?? new Map<string, Shape<T>>();
  shapes.set(literals.length, sameLength);
  const name = literals.map(Number).join("");
  const shape: Shape<T> = sameLength.get(name) ?? { literals, members: [], indexes: new Map() };
  sameLength.set(name, shape);
  shape.members.push(each);
  for (const [places, index] of shape.indexes) enter(index, placesOf(places), each);
}

function meets<T extends Claimed>(shape: Shape<T>, each: T): readonly T[] {
  const places = shape.literals.flatMap((isLiteral, place) =>
    isLiteral && each.pattern.tokens[place]?.kind === "literal" ? [place] : [],
  );
  const name = places.join(" ");
  let index = shape.indexes.get(name);
  if (index === undefined) {
    index = new Map();
    for (const member of shape.members) enter(index, places, member);
    shape.indexes.set(name, index);
  }
  return index.get(keyOf(each, places)) ?? [];
}

function placesOf(name: string): number[] {
  return name === "" ? [] : name.split(" ").map(Number);
}

function enter<T extends Claimed>(index: Map<string, T[]>, places: readonly number[], each: T) {
  const key = keyOf(each, places);
  const known = index.get(key);
  if (known === undefined) index.set(key, [each]);
  else known.push(each);
}

function keyOf({ pattern }: Claimed, places: readonly number[]): string {
  return places
    .map((place) => {
      const token = pattern.tokens[place];
      return token?.kind === "literal" ? token.text : "";
    })
    .join(".");
}
