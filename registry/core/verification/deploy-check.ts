import type { Deployment } from "../deployment/deployment.ts";
import { groupBy } from "../group-by.ts";
import type { KeptUse } from "../usage/usage.ts";
import { type Answer, answerOf, type Reasoned } from "./answer.ts";
import { type Build, pipelineEnvironment } from "./commands.ts";
import type { ContractOf } from "./contract-of.ts";
import { judgeEvidence, type SubjectAnswer } from "./judge-evidence.ts";
import { judgeProviders, needsOf, type Use } from "./judge-providers.ts";
import { judgeUsers } from "./judge-users.ts";
import { doesServe, leftBehind } from "./left-behind.ts";
import type { PartnerAnswer, Target } from "./partner.ts";
import { type ServedSubject, servedSubjects } from "./served.ts";
import { unknownBuild } from "./unknown-build.ts";
import type { MissingIn } from "./use-in-release.ts";
import type { Verification } from "./verification.ts";

/** May a build go where it shall? */
export interface DeployCheck extends Build {
  readonly environment: string;
  readonly answer: Answer;
  /** Where neither the build nor what it does is known: why, and what would tell. */
  readonly unknown: Reasoned | null;
  /** What it serves, by subject. */
  readonly subjects: readonly SubjectAnswer[];
  /** Who is there already and uses it, or is used by it. */
  readonly partners: readonly PartnerAnswer[];
}

/** All that the registry knows for the question. */
export interface DeployQuestion {
  readonly build: Build;
  readonly environment: string;
  /** All of every environment. */
  readonly deployments: readonly Deployment[];
  /** All of the participant, of any build. */
  readonly verifications: readonly Verification[];
  readonly contractOf: ContractOf;
  /** What the tests of the build, and of those who run there, showed that they use. */
  readonly usages: readonly KeptUse[];
  readonly missingIn: MissingIn;
  /** What the build calls, as the one who asks tells, beside what is known. */
  readonly uses: readonly { readonly module: string; readonly semver: string }[];
  /** A module that the participant is known to serve by its name alone, or null. */
  readonly moduleByName: string | null;
  /** Whether the registry looks at the environment, and saw all that there is. */
  readonly isSeen: boolean;
  /** A run that began before says nothing any more; RFC 3339, UTC. */
  readonly countsFrom: string;
  /** The same in days before now. */
  readonly maxAgeDays: number;
}

/** Answers from evidence, from what is used and from what runs; what nothing tells is not known. */
export function deployCheck(question: DeployQuestion): DeployCheck {
  const { build, environment, contractOf } = question;
  const real = question.deployments.filter((each) => each.evidence === "real");
  const all = real.filter((each) => each.participant === build.participant);
  const own = all.filter((each) => each.build === build.build);
  const others = all.filter((each) => each.build !== build.build);
  const rows = question.verifications.filter((each) => each.build === build.build);
  const known = servedSubjects(own, rows, contractOf);
  const { expected, gone } = leftBehind(known, others, environment, contractOf);
  const rules = { ...question, testIn: testedIn(question, own, rows) };
  const subjects = [...known, ...expected].map((each) => judgeEvidence(each, rows, rules));
  const served = subjects.map(asTested);
  const target = targetOf(question, real);
  const needs = needsOf([...own, ...question.uses.map(toldUse)], target);
  const partners = [
    ...judgeUsers([...served, ...missedIn(target, gone)], target),
    ...judgeProviders(needs, served, target),
  ];
  // What is known to serve is not judged by what it calls alone.
  const isServer = question.moduleByName !== null || question.verifications.length > 0;
  const isUnknown = subjects.length === 0 && (isServer || partners.length === 0);
  const unknown = isUnknown ? unknownBuild({ ...question, ...rules, own, isServer, needs }) : null;
  const reasoned = [...(unknown === null ? [] : [unknown]), ...subjects, ...partners];
  return { ...build, environment, answer: answerOf(reasoned), unknown, subjects, partners };
}

/** Where nothing tells what it serves, what it was tested against does. */
function asTested({ row, ...served }: SubjectAnswer): ServedSubject {
  if (served.semver !== null || row === null || row.evidence !== "real") return served;
  return { ...served, semver: row.semver, digest: row.digest };
}

/** What nobody serves there any more once the builds before are gone. */
function missedIn(
  { deployments }: Target,
  gone: readonly ServedSubject[],
): readonly ServedSubject[] {
  return gone.filter((subject) => !deployments.some((each) => doesServe(each, subject)));
}

/** A told use is of all packages of its release. */
function toldUse({ module, semver }: DeployQuestion["uses"][number]): Use {
  return { role: "calls", module, protoPackage: null, subject: null, semver };
}

function targetOf(question: DeployQuestion, real: readonly Deployment[]): Target {
  const { build, environment, isSeen, contractOf, missingIn } = question;
  const keyOf = (of: Pick<Deployment, "participant" | "build">) => `${of.participant}@${of.build}`;
  const usages = groupBy(question.usages, keyOf);
  const there = real.filter(
    (each) => each.environment === environment && each.participant !== build.participant,
  );
  const usesOf: Target["usesOf"] = (of) => usages.get(keyOf(of)) ?? [];
  return { build, environment, deployments: there, isSeen, contractOf, missingIn, usesOf };
}

/** Where a build is tested: where it was before, or where it runs, but not where it shall go. */
function testedIn(
  { environment }: DeployQuestion,
  own: readonly Deployment[],
  rows: readonly Verification[],
): string {
  const known = [...rows, ...own].map((each) => each.environment);
  return known.find((each) => each !== environment) ?? pipelineEnvironment;
}
