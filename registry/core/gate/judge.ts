import { limits } from "../limits.ts";
import type { Strictness } from "../policy/strictness.ts";
import { type Change, sameChange } from "./change.ts";
import { type ElementUser, type Finding, type SubjectHit, tiers } from "./report.ts";
import { ruleOf, tierOf } from "./rules.ts";

/** The changes of a proposal against one of its baselines. */
export interface Comparison {
  /** The version of the baseline; null for what a revision says alone. */
  readonly semver: string | null;
  readonly changes: readonly Change[];
  /**
   * What head changed already against this baseline, as `sameChange` names it: another proposal
   * brought that. Empty for head itself.
   */
  readonly knownAtHead: ReadonlySet<string>;
}

/** What a verdict on one module's changes needs to know of the rest of the registry. */
export interface Surroundings {
  /** Whether another module's registered release imports a file. */
  isImported(file: string): boolean;
  /** Whether the policy refuses what a rule finds in a proto package. */
  readonly blocks: Strictness;
  /** The proto package that a change is in; null where there is none. */
  packageOf(change: Change): string | null;
  /** The subjects whose messages an element is part of. */
  subjectsOf(element: string): readonly SubjectHit[];
  /** Consumers whose recorded use has what changed; null where nobody's use is recorded. */
  usersOf(change: Change): readonly ElementUser[] | null;
  /** Modules whose registered releases import this one. */
  readonly dependents: readonly string[];
}

/** One change of one element, as several rules and baselines see it. */
interface Group {
  /** The worst baseline's first. */
  readonly changes: Change[];
  readonly breaks: Set<string>;
  introduced: boolean;
}

/**
 * Turns changes into findings, one for each change of one element: buf reports a deleted field by
 * up to three rules, which differ in how much breaks, and against every baseline that had it.
 * Worst first, and what blocks before what does not: the bound `findingsPerReport` must not cut
 * off the one finding that refuses a change.
 *
 * @param comparisons head's first
 */
export function judge(
  comparisons: readonly Comparison[],
  around: Surroundings,
): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const { semver, changes, knownAtHead } of comparisons) {
    for (const change of changes) {
      const key = sameChange(change);
      const group = groups.get(key) ?? { changes: [], breaks: new Set(), introduced: false };
      groups.set(key, group);
      group.changes.push(change);
      if (semver !== null) group.breaks.add(semver);
      if (!knownAtHead.has(key)) group.introduced = true;
    }
  }
  const findings = [...groups.values()].flatMap((group) => {
    const finding = findingOf(group, around);
    // What an earlier proposal added is no news of this one.
    const isOldNews = !group.introduced && ruleOf(finding.rule).family === "addition";
    return isOldNews ? [] : [finding];
  });
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

function findingOf({ changes, breaks, introduced }: Group, around: Surroundings): Finding {
  const graded = changes.map((change) => {
    const rule = ruleOf(change.rule);
    return { change, rule, tier: tierOf(rule, around.isImported(change.place.file)) };
  });
  graded.sort((a, b) => tiers.indexOf(a.tier) - tiers.indexOf(b.tier));
  const worst = graded[0];
  if (worst === undefined) throw new Error("a group of changes is never empty");
  const { change } = worst;
  const protoPackage = around.packageOf(change);
  return {
    rule: change.rule,
    rules: [...new Set(graded.map((each) => each.change.rule))],
    tier: worst.tier,
    blocking:
      introduced && graded.some((each) => around.blocks(each.rule, each.tier, protoPackage)),
    introduced,
    breaks: [...breaks],
    element: change.element,
    protoPackage,
    message: change.message,
    place: change.place,
    before: change.before,
    after: change.after,
    subjects: around.subjectsOf(change.element),
    users: around.usersOf(change),
    dependents: around.dependents,
    remedy: worst.rule.remedy,
    fix: change.fix ?? null,
    counterExample:
      graded.find((each) => each.change.counterExample)?.change.counterExample ?? null,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
