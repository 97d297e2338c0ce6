import type { Deployment } from "../deployment/deployment.ts";
import { type Answer, answerOf, type Reasoned } from "./answer.ts";
import { type Build, pipelineEnvironment, testCommand } from "./commands.ts";
import type { ContractOf } from "./contract-of.ts";
import { judgeEvidence, type SubjectAnswer } from "./judge-evidence.ts";
import { judgeProviders, judgeUsers, type PartnerAnswer, type Target } from "./judge-partners.ts";
import { servedSubjects } from "./served.ts";
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
  const own = question.deployments.filter(
    (each) =>
      each.evidence === "real" &&
      each.participant === build.participant &&
      each.build === build.build,
  );
  const rows = question.verifications.filter((each) => each.build === build.build);
  const served = servedSubjects(own, rows, contractOf);
  const rules = { ...question, testIn: testedIn(question, own, rows) };
  const subjects = served.map((each) => judgeEvidence(each, rows, rules));
  const target = targetOf(question);
  const partners = [
    ...judgeUsers(served, target, contractOf),
    ...judgeProviders(own, served, target),
  ];
  const isUnknown = subjects.length === 0 && partners.length === 0;
  return {
    ...build,
    environment,
    answer: answerOf([...subjects, ...partners]),
    unknown: isUnknown ? unknownBuild(question, own) : null,
    subjects,
    partners,
  };
}

function targetOf({ build, environment, deployments, isSeen }: DeployQuestion): Target {
  const there = deployments.filter(
    (each) =>
      each.environment === environment &&
      each.evidence === "real" &&
      each.participant !== build.participant,
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

function unknownBuild(question: DeployQuestion, own: readonly Deployment[]): Reasoned {
  const { build, deployments, verifications } = question;
  const { participant } = build;
  const earlier = [...verifications, ...deployments].find(
    (each) => each.participant === participant && each.module !== null,
  );
  const command = testCommand(build, earlier?.module ?? question.moduleByName, {
    environment: testedIn(question, own, []),
  });
  const name = `${participant}@${build.build}`;
  const reason =
    own.length > 0
      ? `${name} is known to run, but serves no subject of a contract and uses none that is told.`
      : `Nothing is known of ${name}: no test of it is published, and it is neither seen nor recorded anywhere.`;
  return { answer: "not_known", reason, command };
}
