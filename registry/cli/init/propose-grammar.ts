import { groupBy } from "../../core/group-by.ts";
import { defaultTemplate, type SubjectNaming } from "../../core/policy/policy.ts";
import { packageVersion } from "../../core/revision/package-version.ts";
import { grammarProblem } from "../../core/subject/grammar.ts";
import { grammarOf } from "../../core/subject/owner-grammar.ts";
import type { SubjectPattern } from "../../core/subject/pattern.ts";
import { isVersion, isWord } from "../../core/subject/template.ts";

/** A subject that is in use, with the package of its message. */
export interface UsedSubject {
  readonly pattern: SubjectPattern;
  readonly protoPackage: string;
}

/** How many first tokens are named; more of them have no system, and are any `<domain>`. */
const mostRoots = 4;

/**
 * How an owner's subjects are named, by those that are in use: one grammar for each first token and
 * each place of the version. Null where the grammar that holds without another fits them all.
 */
export function proposeNaming(owner: string, used: readonly UsedSubject[]): SubjectNaming | null {
  const majors = used
    .filter(({ protoPackage }) => packageVersion(protoPackage).major === null)
    .flatMap(({ pattern }) => versionOf(pattern) ?? []);
  const unversioned = mostFrequent(majors);
  const versions = unversioned === null ? {} : { unversioned };
  const firsts = new Set(used.map(({ pattern }) => literal(pattern, 0) ?? ""));
  for (const roots of [[owner], firsts.size === 1 ? [...firsts] : []]) {
    const naming = { grammars: [defaultTemplate], roots, ...versions };
    if (roots.length > 0 && fitsAll(owner, naming, used)) {
      const ownRoots = roots[0] === owner ? {} : { roots };
      const plain = { ...ownRoots, ...versions };
      return Object.keys(plain).length === 0 ? null : plain;
    }
  }
  const byForm = groupBy(used, ({ pattern }) => {
    const first = firsts.size > mostRoots ? "<domain>" : (literal(pattern, 0) ?? "<domain>");
    return `${first} ${versionAt(pattern)}`;
  });
  const grammars = [...byForm].map(([key, subjects]) =>
    templateOf(
      key.split(" ")[0] ?? "",
      subjects.map((each) => each.pattern),
    ),
  );
  return { grammars: [...new Set(grammars)], ...versions };
}

function fitsAll(owner: string, naming: SubjectNaming, used: readonly UsedSubject[]): boolean {
  const grammar = grammarOf({ [owner]: naming }, owner);
  return used.every(
    ({ pattern, protoPackage }) => grammarProblem(pattern, protoPackage, grammar) === null,
  );
}

function literal({ tokens }: SubjectPattern, at: number): string | null {
  const token = tokens[at];
  return token?.kind === "literal" ? token.text : null;
}

function versionAt({ tokens }: SubjectPattern): number {
  return tokens.findIndex((token) => token.kind === "literal" && isVersion(token.text));
}

function versionOf(pattern: SubjectPattern): number | null {
  const text = literal(pattern, versionAt(pattern));
  return text === null ? null : Number(text.slice(1));
}

function mostFrequent(numbers: readonly number[]): number | null {
  const counted = [...groupBy(numbers, (each) => each)].sort(
    ([a, x], [b, y]) => y.length - x.length || a - b,
  );
  return counted[0]?.[0] ?? null;
}

/** One grammar for subjects with the same first token and the version in the same place. */
function templateOf(first: string, patterns: readonly SubjectPattern[]): string {
  const parts = patterns.map(partsOf);
  if (parts.some((each) => each === null)) return `${first}.>`;
  const regular = parts.flatMap((each) => each ?? []);
  const version = regular.some((each) => each.hasVersion) ? ".v<major>" : "";
  const before = words(
    "service",
    regular.map((each) => each.before),
  );
  const after = words(
    "operation",
    regular.map((each) => each.after),
  );
  return `${first}${before}${version}${after}[.{id}…]`;
}

interface Parts {
  readonly before: number;
  readonly after: number;
  readonly hasVersion: boolean;
}

/** How many words stand before and behind the version; null where parameters are between words. */
function partsOf(pattern: SubjectPattern): Parts | null {
  const at = versionAt(pattern);
  const firstParameter = pattern.tokens.findIndex((token) => token.kind === "parameter");
  const end = firstParameter < 0 ? pattern.tokens.length : firstParameter;
  const rest = pattern.tokens.slice(1);
  const isRegular =
    at < end &&
    rest.every((token, i) =>
      token.kind === "parameter" ? i + 1 >= end : i + 1 < end && isWord(token.text),
    );
  if (!isRegular) return null;
  return at < 0
    ? { before: 0, after: end - 1, hasVersion: false }
    : { before: at - 1, after: end - at - 1, hasVersion: true };
}

function words(name: string, counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (most === 0) return "";
  const word = most === 1 ? `<${name}>` : `<${name}…>`;
  return least === 0 ? `[.${word}]` : `.${word}`;
}
