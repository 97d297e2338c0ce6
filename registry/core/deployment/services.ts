import { groupBy } from "../group-by.ts";
import type { Deployment, DeploymentSource, Evidence, Role } from "./deployment.ts";

/** How what runs agrees with what is registered. */
export const serviceStates = [
  /** It runs a registered release. */
  "registered",
  /** The registry knows neither the module nor the subject. */
  "undeclared",
  /** It is on a registered subject, and does not tell its release. */
  "release_unknown",
  /** Its release is not registered, such as a preview. */
  "release_not_registered",
  /** It was built from other protos than the registered release of this version. */
  "other_digest",
] as const;
export type ServiceState = (typeof serviceStates)[number];

/** What one build of a participant does with one release of a module in an environment. */
export interface RunningService {
  readonly environment: string;
  readonly participant: string;
  readonly build: string | null;
  readonly role: Role;
  readonly module: string | null;
  readonly semver: string | null;
  readonly digest: string | null;
  readonly protoPackages: readonly string[];
  readonly subjects: readonly string[];
  readonly source: DeploymentSource;
  readonly evidence: Evidence;
  readonly instances: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly missedSince: string | null;
  readonly state: ServiceState;
}

/** A service that head declares, and that nobody serves in an environment. */
export interface AbsentService {
  readonly environment: string;
  readonly module: string;
  /** Head's. */
  readonly semver: string;
  /** The full name of the service: `bodybroker.npc.v1.NpcBehaviorService`. */
  readonly service: string;
  readonly subjects: readonly string[];
}

/** An rpc of a head. */
export interface DeclaredRpc {
  readonly module: string;
  readonly semver: string;
  readonly rpc: string;
  readonly pattern: string;
}

/**
 * What runs, one entry for each participant, build, role, release and state.
 *
 * @param digestOf the digest of a registered release; null when there is none
 * @param isDeclared whether a module is registered
 */
export function runningServices(
  deployments: readonly Deployment[],
  digestOf: (module: string, semver: string) => string | null,
  isDeclared: (module: string) => boolean,
): readonly RunningService[] {
  const groups = groupBy(deployments, (each) =>
    JSON.stringify([
      stateOf(each, digestOf, isDeclared),
      each.environment,
      each.participant,
      each.build,
      each.role,
      each.module,
      each.semver,
      each.digest,
      each.source,
      each.evidence,
    ]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { protoPackage: _package, subject: _subject, ...rest } = first;
    const missed = group.map((each) => each.missedSince);
    return [
      {
        ...rest,
        protoPackages: named(group.map((each) => each.protoPackage)),
        subjects: named(group.map((each) => each.subject)),
        instances: Math.max(...group.map((each) => each.instances)),
        firstSeen: least(group.map((each) => each.firstSeen)),
        lastSeen:
          group
            .map((each) => each.lastSeen)
            .sort()
            .at(-1) ?? first.lastSeen,
        missedSince: missed.includes(null) ? null : least(missed.filter((each) => each !== null)),
        state: stateOf(first, digestOf, isDeclared),
      },
    ];
  });
}

function stateOf(
  { module, protoPackage, semver, digest, source }: Deployment,
  digestOf: (module: string, semver: string) => string | null,
  isDeclared: (module: string) => boolean,
): ServiceState {
  // A participant can tell a module that does not have the subject.
  const isUnbound = source === "observed" && protoPackage === null;
  if (module === null || isUnbound || !isDeclared(module)) return "undeclared";
  if (semver === null) return "release_unknown";
  const registered = digestOf(module, semver);
  if (registered === null) return "release_not_registered";
  return digest === null || digest === registered ? "registered" : "other_digest";
}

/** Services of heads that nobody was seen to serve in an environment. */
export function absentServices(
  environment: string,
  rpcs: readonly DeclaredRpc[],
  deployments: readonly Deployment[],
): readonly AbsentService[] {
  const served = new Set(
    deployments.flatMap((each) =>
      each.environment === environment && each.source === "observed" && each.role === "serves"
        ? [each.subject]
        : [],
    ),
  );
  const absent = rpcs.filter((each) => !served.has(each.pattern));
  const groups = groupBy(absent, ({ rpc }) => rpc.slice(0, rpc.lastIndexOf(".")));
  return [...groups].flatMap(([service, group]) =>
    group.slice(0, 1).map(({ module, semver }) => ({
      environment,
      module,
      semver,
      service,
      subjects: group.map((each) => each.pattern).sort(),
    })),
  );
}

function named(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((each) => each !== null))].sort();
}

function least(texts: readonly string[]): string {
  return [...texts].sort()[0] ?? "";
}
