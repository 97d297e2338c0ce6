import { limits } from "../limits.ts";

/** What a participant does with a binding. */
export const roles = ["serves", "calls", "publishes", "subscribes"] as const;
export type Role = (typeof roles)[number];

/** Whether somebody told the registry, or the registry saw it on NATS. */
export type DeploymentSource = "recorded" | "observed";

/** Whether a participant is the real one, or stands in for it. */
export type Evidence = "real" | "reference" | "mock";

/** What a build of a participant uses in an environment: one proto package, or one subject of it. */
export interface DeployedUse {
  readonly environment: string;
  readonly participant: string;
  /** The participant's own version; null where it tells none. */
  readonly build: string | null;
  readonly role: Role;
  /** The module whose contract it is; null where the registry knows none. */
  readonly module: string | null;
  readonly protoPackage: string | null;
  /** The pattern of the binding, or the subject as it was seen; null for what was recorded. */
  readonly subject: string | null;
  /** The release that it was built with; null where nobody told. */
  readonly semver: string | null;
  /** The digest of that release as the participant tells it. */
  readonly digest: string | null;
  readonly source: DeploymentSource;
  readonly evidence: Evidence;
  /** How many processes do it, as far as that can be seen. */
  readonly instances: number;
}

/** A use and when it was seen. Times are RFC 3339, UTC. */
export interface Deployment extends DeployedUse {
  readonly firstSeen: string;
  /** When it was last seen, or recorded. */
  readonly lastSeen: string;
  /** The first of the rounds in a row that did not see it; null when the last one did. */
  readonly missedSince: string | null;
}

/** A release that somebody runs. */
export interface DeployedRelease {
  readonly semver: string;
  readonly digest: string;
  readonly environment: string;
  readonly participant: string;
  readonly source: DeploymentSource;
  readonly lastSeen: string;
}

/** Who uses a proto package. */
export interface PackageUser {
  readonly environment: string;
  readonly participant: string;
  readonly role: Role;
  /** Null where the participant does not tell its release. */
  readonly semver: string | null;
  readonly source: DeploymentSource;
  readonly lastSeen: string;
}

/** Names of environments are also parts of the names of settings. */
export const environmentForm = `^[a-z](?:[a-z0-9-]{0,${limits.environmentLength - 2}}[a-z0-9])?$`;

/** What the names of NATS services and durable consumers are made of, but for rare signs. */
export const participantForm = `^[A-Za-z0-9_][A-Za-z0-9_.:#+~=-]{0,${limits.participantLength - 1}}$`;

/** A semver, a commit, a date, the tag of an image. */
export const buildForm = `^[A-Za-z0-9_][A-Za-z0-9_.:#+~=-]{0,${limits.buildLength - 1}}$`;

const [environment, participant, build] = [environmentForm, participantForm, buildForm].map(
  (form) => new RegExp(form),
) as [RegExp, RegExp, RegExp];

export const isEnvironment = (text: string) => environment.test(text);
export const isParticipant = (text: string) => participant.test(text);
export const isBuild = (text: string) => build.test(text);
