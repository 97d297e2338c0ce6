import type { Deployment } from "../deployment/deployment.ts";
import { type Answer, answerOf, type Reasoned } from "./answer.ts";
import { type Build, pipelineEnvironment, testCommand } from "./commands.ts";
import type { ContractOf } from "./contract-of.ts";
import { judgeEvidence, type SubjectAnswer } from "./judge-evidence.ts";
import {
  judgeProviders,
  judgeUsers,
  type PartnerAnswer,
  type Target,
  type Use,
} from "./judge-partners.ts";
import { type ServedSubject, servedSubjects } from "./served.ts";
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

/** Answers from evidence and from what runs; what neither tells is not known. */
export function deployCheck(question: DeployQuestion): DeployCheck {
  const { build, environment, contractOf } = question;
  const real = question.deployments.filter((each) => each.evidence === "real");
  const all = real.filter((each) => each.participant === build.participant);
  const own = all.filter((each) => each.build === build.build);
  const rows = question.verifications.filter((each) => each.build === build.build);
  const known = servedSubjects(own, rows, contractOf);
  const served = [...known, ...leftBehind(known, all, question)];
  const rules = { ...question, testIn: testedIn(question, own, rows) };
  const subjects = served.map((each) => judgeEvidence(each, rows, rules));
  const target = targetOf(question, real);
  const uses = [...own, ...question.uses.map(toldUse)];
  const partners = [
    ...judgeUsers(served, target, contractOf),
    ...judgeProviders(uses, served, target),
  ];
  // What is known to serve is not judged by what it calls alone.
  const isServer = question.moduleByName !== null || question.verifications.length > 0;
  const isUnknown = subjects.length === 0 && (isServer || partners.length === 0);
  const unknown = isUnknown ? unknownBuild(question, own, uses.length > 0) : null;
  const reasoned = [...(unknown === null ? [] : [unknown]), ...subjects, ...partners];
  return { ...build, environment, answer: answerOf(reasoned), unknown, subjects, partners };
}

/**
 * What the builds before serve and this one is not known to, so that a subject that was not up when
 * it was tested is not forgotten; but for what its own release does not have any more.
 */
function leftBehind(
  known: readonly ServedSubject[],
  all: readonly Deployment[],
  { build, environment, contractOf }: DeployQuestion,
): readonly ServedSubject[] {
  const others = all.filter((each) => each.build !== build.build);
  const there = others.filter((each) => each.environment === environment);
  const before = servedSubjects(there.length > 0 ? there : others, [], contractOf);
  const subjects = new Map(before.map((each) => [each.subject, each]));
  for (const each of known) subjects.delete(each.subject);
  return [...subjects.values()].flatMap((each) => {
    const release = known.find(({ module, semver }) => module === each.module && semver !== null);
    const { semver = null, digest = null } = release ?? {};
    const contract = semver === null ? null : contractOf(each.module, semver);
    const isGone =
      contract !== null && !contract.subjects.some(({ pattern }) => pattern === each.subject);
    return isGone ? [] : [{ ...each, semver, digest }];
  });
}

/** A told use is of all packages of its release. */
function toldUse({ module, semver }: DeployQuestion["uses"][number]): Use {
  return { role: "calls", module, protoPackage: null, semver };
}

function targetOf(
  { build, environment, isSeen }: DeployQuestion,
  real: readonly Deployment[],
): Target {
  const there = real.filter(
    (each) => each.environment === environment && each.participant !== build.participant,
  );
  return { build, environment, deployments: there, isSeen };
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

function unknownBuild(
  question: DeployQuestion,
  own: readonly Deployment[],
  hasUses: boolean,
): Reasoned {
  const { build, environment, verifications } = question;
  const name = `${build.participant}@${build.build}`;
  const served = verifications[0]?.module ?? question.moduleByName;
  const called = question.deployments.find(
    (each) => each.participant === build.participant && each.module !== null,
  );
  const reason = hasUses
    ? `${name} is not known to serve a subject, though ${build.participant} served before.`
    : own.length > 0
      ? `${name} is known to run, but serves no subject of a contract and uses none that is told.`
      : `Nothing is known of ${name}: no test of it is published, and it is neither seen nor recorded anywhere. What only calls others is checked with --uses.`;
  const isCaller = served === null && called !== undefined;
  const command = isCaller
    ? `charter deploy check ${name} --to ${environment} --uses ${called.module}@<version>`
    : testCommand(build, served, { environment: testedIn(question, own, []) });
  return { answer: "not_known", reason, command };
}
