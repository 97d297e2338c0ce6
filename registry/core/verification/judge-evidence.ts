import type { Reasoned } from "./answer.ts";
import { type Build, testCommand } from "./commands.ts";
import type { ServedSubject } from "./served.ts";
import { isBroken } from "./verdict.ts";
import type { Verification } from "./verification.ts";

/** What the evidence says of one subject of a build. */
export interface SubjectAnswer extends Reasoned, ServedSubject {
  /** The evidence that decides, or the nearest to it; null where there is none. */
  readonly row: Verification | null;
}

/** With what evidence is judged. */
export interface EvidenceRules {
  readonly build: Build;
  /** Where the build is tested again when no row of the subject tells. */
  readonly testIn: string;
  /** A run that began before says nothing any more; RFC 3339, UTC. */
  readonly countsFrom: string;
  /** The same in days before now. */
  readonly maxAgeDays: number;
}

/**
 * Judges one subject by the runs of one build. A run counts for the contract that the build serves; one
 * environment in which the real build broke it is a no, however many others it passed in.
 *
 * @param rows of the build, of any subject
 */
export function judgeEvidence(
  served: ServedSubject,
  rows: readonly Verification[],
  rules: EvidenceRules,
): SubjectAnswer {
  const ofSubject = rows.filter((each) => each.subject === served.subject).sort(newestFirst);
  const real = ofSubject.filter((each) => each.evidence === "real");
  const digest = served.digest ?? real[0]?.digest ?? null;
  const fitting = real.filter((each) => each.digest === digest);
  const broken = fitting.find((each) => isBroken(each.verdict));
  if (broken !== undefined) return brokenBy(served, broken, rules);
  const good = fitting.find((each) => reasonNotToCount(each, rules) === null);
  if (good !== undefined) {
    const reason = `It passed in ${good.environment}${knownFailing(good)}.`;
    return { ...served, answer: "yes", reason, command: null, row: good };
  }
  return notKnown(served, fitting[0] ?? ofSubject[0] ?? null, digest, rules);
}

function brokenBy(
  served: ServedSubject,
  row: Verification,
  { build }: EvidenceRules,
): SubjectAnswer {
  const laws = row.laws.filter((each) => isBroken(each.verdict));
  const named = laws.map((each) => `${each.law} (${each.verdict})`).join(", ");
  const { environment, seed } = row;
  return {
    ...served,
    answer: "no",
    reason: `It breaks ${named} in ${environment}.`,
    command: testCommand(build, releaseOf(row), { environment, seed }),
    row,
  };
}

/** @param row the nearest to what is missing */
function notKnown(
  served: ServedSubject,
  row: Verification | null,
  digest: string | null,
  rules: EvidenceRules,
): SubjectAnswer {
  const isOther = row !== null && digest !== null && row.digest !== digest;
  const reason =
    row === null
      ? `Build ${rules.build.build} was never tested on it.`
      : isOther
        ? `It was tested against ${releaseOf(row)}, and the build serves ${servedRelease(served)}.`
        : reasonNotToCount(row, rules);
  const environment =
    row === null || row.evidence !== "real" || row.untried.length > 0
      ? rules.testIn
      : row.environment;
  return {
    ...served,
    answer: "not_known",
    reason: reason ?? "",
    command: testCommand(rules.build, commandRelease(served), { environment }),
    row,
  };
}

/** Why a run that broke nothing is no yes, as a sentence; null when it is one. */
function reasonNotToCount(row: Verification, rules: EvidenceRules): string | null {
  const { evidence, environment, verdict, untried } = row;
  if (evidence !== "real") {
    return `A ${evidence} answered in ${environment}, which says nothing of the build.`;
  }
  if (verdict === "schema-bug") {
    return `A rule of the contract cannot be evaluated, so that nothing can be tested.`;
  }
  if (verdict === "inconclusive") {
    const laws = row.laws.filter((each) => each.verdict === "inconclusive").map(({ law }) => law);
    const of = laws.length === 0 ? "" : ` of ${laws.join(", ")}`;
    return `The evidence${of} in ${environment} was not enough.`;
  }
  if (untried.length > 0) {
    return `${untried.join(", ")} could not be tried in ${environment}; test it where more may be done (--environment-class).`;
  }
  if (row.testedAt >= rules.countsFrom) return null;
  return `It was tested on ${row.testedAt.slice(0, 10)}; only what was tested in the last ${rules.maxAgeDays} days counts.`;
}

function knownFailing({ laws }: Verification): string {
  const known = laws.filter((each) => each.verdict === "known-failing").map(({ law }) => law);
  return known.length === 0 ? "" : `, but for ${known.join(", ")}, known to fail`;
}

function releaseOf({ module, semver }: Verification): string {
  return `${module}@${semver}`;
}

function servedRelease({ module, semver }: ServedSubject): string {
  return semver === null ? `another revision of ${module}` : `${module}@${semver}`;
}

function commandRelease({ module, semver }: ServedSubject): string {
  return semver === null ? module : `${module}@${semver}`;
}

function newestFirst(a: Verification, b: Verification): number {
  return a.testedAt < b.testedAt ? 1 : a.testedAt > b.testedAt ? -1 : 0;
}
