import type { Deployment } from "../../core/deployment/deployment.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { missingFrom } from "../../core/usage/missing.ts";
import type { KeptUse } from "../../core/usage/usage.ts";
import type { ContractOf } from "../../core/verification/contract-of.ts";
import { type DeployCheck, deployCheck } from "../../core/verification/deploy-check.ts";
import { type MatrixLine, matrixOf } from "../../core/verification/matrix.ts";
import type { Clock, Store } from "../ports.ts";
import { contractLookup } from "./contract-lookup.ts";
import type { LinkedReleases } from "./linked-releases.ts";
import type { WatchState } from "./list-services.ts";
import type { SubjectIndex } from "./subject-index.ts";

/** What a deployment is judged with. */
export interface EvidencePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly index: () => SubjectIndex;
  readonly watched: () => readonly WatchState[];
  readonly releases: LinkedReleases;
}

/** Where a build shall go. */
export interface PlannedDeployment {
  readonly participant: string;
  readonly build: string;
  readonly environment: string;
  readonly maxAgeDays?: number;
  /** What the build calls, as `acme/shop@1.2.0`. */
  readonly uses?: readonly string[];
}

const dayMs = 86_400_000;

/**
 * Whether a build may go into an environment, by the evidence that is kept and by what runs there.
 *
 * @throws RegistryFailure NOT_FOUND where it uses what is not registered
 */
export function checkDeployment(ports: EvidencePorts, planned: PlannedDeployment): DeployCheck {
  const { store, clock, index, watched, releases } = ports;
  const { participant, build, environment, maxAgeDays = limits.evidenceDays, uses = [] } = planned;
  const rows = store.verifications({ participant, build }, limits.rowsPerQuestion);
  const state = watched().find((each) => each.name === environment);
  const contractOf = contractLookup(store);
  const deployments = store.deployments(null);
  return deployCheck({
    build: { participant, build },
    environment,
    deployments,
    verifications: [...rows, ...store.verifications({ participant }, 1)],
    contractOf,
    usages: usagesAround({ participant, build }, environment, deployments, store),
    missingIn: (use, semver) =>
      contractOf(use.module, semver) === null
        ? null
        : missingFrom(use, releases.get(use.module, semver).revision),
    uses: uses.map((text) => useOf(text, contractOf)),
    moduleByName: moduleServedBy(participant, index()),
    isSeen: state !== undefined && state.lastLook !== null && state.problem === null,
    countsFrom: new Date(Date.parse(clock.now()) - maxAgeDays * dayMs).toISOString(),
    maxAgeDays,
  });
}

/** What a build uses, and what those use that run where it shall go. */
function usagesAround(
  build: { readonly participant: string; readonly build: string },
  environment: string,
  deployments: readonly Deployment[],
  store: Store,
): readonly KeptUse[] {
  const there = deployments.filter((each) => each.environment === environment);
  const builds = new Map(
    [build, ...there].map(({ participant, build }) => [
      `${participant}@${build}`,
      { participant, build },
    ]),
  );
  return [...builds.values()].flatMap(({ participant, build }) =>
    build === null ? [] : store.usages({ participant, build }, limits.subjectsPerUsage),
  );
}

function useOf(text: string, contractOf: ContractOf) {
  const [module = "", semver = ""] = text.split("@");
  if (contractOf(module, semver) !== null) return { module, semver };
  throw new RegistryFailure(
    "NOT_FOUND",
    `A build can only use what is registered, and ${module}@${semver} is not. GET /v1/modules/${module}/versions lists its releases.`,
  );
}

/** Stubs call a service on NATS as the contract does, with dashes. */
function moduleServedBy(participant: string, { records }: SubjectIndex): string | null {
  const served = records.find(({ rpc }) => {
    const service = rpc?.slice(0, rpc.lastIndexOf("."));
    return service?.replaceAll(".", "-") === participant;
  });
  return served?.module ?? null;
}

export interface DeploymentMatrix {
  readonly lines: readonly MatrixLine[];
  /** Whether there are more than these. */
  readonly more: boolean;
}

/** Who runs or was tested, on which subjects, with which evidence. */
export function deploymentMatrix(
  { store }: Pick<EvidencePorts, "store">,
  only: { readonly environment?: string; readonly module?: string },
): DeploymentMatrix {
  const filter = only.module === undefined ? {} : { module: only.module };
  const rows = store.verifications(filter, limits.rowsPerQuestion);
  const lines = matrixOf(store.deployments(null), rows, contractLookup(store), only);
  const more = lines.length > limits.pageSize || rows.length === limits.rowsPerQuestion;
  return { lines: lines.slice(0, limits.pageSize), more };
}
