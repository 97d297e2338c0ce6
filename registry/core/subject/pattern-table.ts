import type { SubjectPattern } from "./pattern.ts";

/** Finds the pattern that a subject matches. */
export interface PatternTable<T> {
  /** The value of the pattern that a subject matches, or null. */
  match(subject: string): T | null;
}

/**
 * Patterns with as many tokens, and with parameters at the same places. Without its parameters a
 * pattern is a key there, so each shape costs one look-up, however many patterns have it; a subject
 * grammar leaves few shapes for a length. A tree of tokens would cost one for each token, and each
 * of them waits for memory once there are thousands of patterns.
 */
interface Shape<T> {
  /** Neighbouring literals, from the first token to the one after the last. */
  readonly runs: readonly Run[];
  readonly literals: number;
  readonly values: Map<string, T>;
}

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Builds the look-up once, on write. Where patterns overlap, the one with more literals wins. */
export function buildPatternTable<T>(
  entries: Iterable<{ readonly pattern: SubjectPattern; readonly value: T }>,
): PatternTable<T> {
  const shapes = new Map<string, Shape<T>>();
  for (const { pattern, value } of entries) {
    const name = pattern.tokens.map((token) => (token.kind === "literal" ? "L" : "P")).join("");
    const shape = shapes.get(name) ?? newShape(name);
    shapes.set(name, shape);
    shape.values.set(keyOfPattern(pattern, shape.runs), value);
  }
  const byLength: Shape<T>[][] = [];
  for (const [name, shape] of [...shapes].sort(([, a], [, b]) => b.literals - a.literals)) {
    byLength[name.length] = [...(byLength[name.length] ?? []), shape];
  }
  return {
    match(subject) {
      const starts = startsOf(subject);
      for (const { runs, values } of byLength[starts.length - 1] ?? []) {
        const value = values.get(keyOfSubject(subject, starts, runs));
        if (value !== undefined) return value;
      }
      return null;
    },
  };
}

function newShape<T>(name: string): Shape<T> {
  const runs = [...name.matchAll(/L+/g)].map(({ index, 0: run }) => ({
    from: index,
    to: index + run.length,
  }));
  const literals = runs.reduce((sum, { from, to }) => sum + to - from, 0);
  return { runs, literals, values: new Map() };
}

/** Between runs: no token has it. */
const gap = " ";

function keyOfPattern(pattern: SubjectPattern, runs: readonly Run[]): string {
  const tokens = pattern.tokens.map((token) => (token.kind === "literal" ? token.text : ""));
  return runs.map(({ from, to }) => tokens.slice(from, to).join(".")).join(gap);
}

function keyOfSubject(subject: string, starts: readonly number[], runs: readonly Run[]): string {
  let key = "";
  for (const { from, to } of runs) {
    const run = subject.slice(starts[from], (starts[to] ?? 0) - 1);
    key = key === "" ? run : `${key}${gap}${run}`;
  }
  return key;
}

const dot = ".".charCodeAt(0);

/** Where each token starts, and where one more would. */
function startsOf(subject: string): number[] {
  const starts = [0];
  for (let i = 0; i < subject.length; i++) {
    if (subject.charCodeAt(i) === dot) starts.push(i + 1);
  }
  starts.push(subject.length + 1);
  return starts;
}
