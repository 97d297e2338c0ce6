import type { Deployment } from "../deployment/deployment.ts";
import type { ContractOf } from "./contract-of.ts";
import { type ServedSubject, servedSubjects } from "./served.ts";

/** What the builds before serve, and a build is not known to. */
export interface LeftBehind {
  /** What it is expected to serve all the same: a subject that was not up when it was tested. */
  readonly expected: readonly ServedSubject[];
  /** What its own release does not have any more. */
  readonly gone: readonly ServedSubject[];
}

/**
 * @param known what the build is known to serve
 * @param others the participant's other builds; those of the environment count, if there are any
 */
export function leftBehind(
  known: readonly ServedSubject[],
  others: readonly Deployment[],
  environment: string,
  contractOf: ContractOf,
): LeftBehind {
  const there = others.filter((each) => each.environment === environment);
  const before = servedSubjects(there.length > 0 ? there : others, [], contractOf);
  const subjects = new Map(before.map((each) => [each.subject, each]));
  for (const each of known) subjects.delete(each.subject);
  const expected: ServedSubject[] = [];
  const gone: ServedSubject[] = [];
  for (const each of subjects.values()) {
    const release = known.find(({ module, semver }) => module === each.module && semver !== null);
    const { semver = null, digest = null } = release ?? {};
    const contract = semver === null ? null : contractOf(each.module, semver);
    const isGone =
      contract !== null && !contract.subjects.some(({ pattern }) => pattern === each.subject);
    (isGone ? gone : expected).push({ ...each, semver, digest });
  }
  return { expected, gone };
}

/** Whether a deployment serves or publishes a subject. A record stands for all of its package. */
export function doesServe(deployment: Deployment, served: ServedSubject): boolean {
  if (deployment.role !== (served.kind === "event" ? "publishes" : "serves")) return false;
  if (deployment.module !== served.module) return false;
  return deployment.subject === null
    ? deployment.protoPackage === served.protoPackage
    : deployment.subject === served.subject;
}
