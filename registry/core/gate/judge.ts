import { limits } from "../limits.ts";
import type { Change } from "./change.ts";
import { type Finding, type SubjectHit, tiers } from "./report.ts";
import { blocks, ruleOf, tierOf } from "./rules.ts";

/** What a verdict on one module's changes needs to know of the rest of the registry. */
export interface Surroundings {
  /** Whether another module's registered release imports a file. */
  isImported(file: string): boolean;
  /** The subjects whose messages an element is part of. */
  subjectsOf(element: string): readonly SubjectHit[];
  /** Modules whose registered releases import this one. */
  readonly dependents: readonly string[];
}

/**
 * Turns changes into findings, one for each change of one element: buf reports a deleted field by
 * up to three rules, which differ in how much breaks. Worst first, and what blocks before what does
 * not: the bound `findingsPerReport` must not cut off the one finding that refuses a change.
 */
export function judge(changes: readonly Change[], around: Surroundings): readonly Finding[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${familyOf(change)} ${change.element}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const findings = [...groups.values()].map((group) => findingOf(group, around));
  findings.sort(
    (a, b) =>
      tiers.indexOf(a.tier) - tiers.indexOf(b.tier) ||
      Number(b.blocking) - Number(a.blocking) ||
      compare(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      compare(a.element, b.element),
  );
  return findings.slice(0, limits.findingsPerReport);
}

function findingOf(group: readonly Change[], around: Surroundings): Finding {
  const graded = group.map((change) => {
    const rule = ruleOf(change.rule);
    return { change, rule, tier: tierOf(rule, around.isImported(change.place.file)) };
  });
  graded.sort((a, b) => tiers.indexOf(a.tier) - tiers.indexOf(b.tier));
  const worst = graded[0];
  if (worst === undefined) throw new Error("a group of changes is never empty");
  return {
    rule: worst.change.rule,
    rules: [...new Set(graded.map((each) => each.change.rule))],
    tier: worst.tier,
    blocking: graded.some((each) => blocks(each.rule, each.tier)),
    element: worst.change.element,
    message: worst.change.message,
    place: worst.change.place,
    before: worst.change.before,
    after: worst.change.after,
    subjects: around.subjectsOf(worst.change.element),
    dependents: around.dependents,
    remedy: worst.rule.remedy,
  };
}

/**
 * What several rules say of one change of an element. The other rules say one thing each, and may
 * say it of two things of an element: two reserved ranges, the age and the size of a stream.
 */
function familyOf({ rule, message }: Change): string {
  if (/^(?:BINDING|RESERVED|EXTENSION_MESSAGE)_/.test(rule)) return `${rule} ${message}`;
  if (rule.includes("_NO_DELETE")) return "deleted";
  if (/_SAME_(?:JSON_)?NAME$/.test(rule)) return "renamed";
  if (/^FIELD_.*(?:SAME|COMPATIBLE)_TYPE$/.test(rule)) return "retyped";
  if (/CARDINALITY$/.test(rule)) return "cardinality";
  return `${rule} ${message}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
