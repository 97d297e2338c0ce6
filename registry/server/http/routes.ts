import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { PolicyToSet } from "../../api/schemas/policy.ts";
import type { CheckReport } from "../../core/gate/report.ts";
import type { Retirement } from "../../core/gate/retirement.ts";
import type { Policy, PolicyVersion } from "../../core/policy/policy.ts";
import type { BuildUsage } from "../../core/usage/usage.ts";
import type { TestRun } from "../../core/verification/verification.ts";
import type { LinkedReleases } from "../jobs/linked-releases.ts";
import type { WatchState } from "../jobs/list-services.ts";
import type { ProposedModule } from "../jobs/proposal.ts";
import type { DeploymentToRecord } from "../jobs/record-deployment.ts";
import type { RecordedRun } from "../jobs/record-test-run.ts";
import type { Registered } from "../jobs/register-proposal.ts";
import type { RetirementStatus } from "../jobs/retire-package.ts";
import type { PolicyReview } from "../jobs/set-policy.ts";
import type { SubjectIndex } from "../jobs/subject-index.ts";
import type { Clock, Store } from "../ports.ts";

/** What the routes ask of the registry. */
export interface AppPorts {
  readonly store: Store;
  readonly clock: Clock;
  /** The index as it stands now; another one after each registration. */
  readonly index: () => SubjectIndex;
  readonly check: (modules: readonly ProposedModule[]) => Promise<CheckReport>;
  readonly register: (modules: readonly ProposedModule[]) => Promise<Registered>;
  readonly record: (deployment: DeploymentToRecord) => { readonly ended: readonly string[] };
  /** Keeps a run of contract tests. Throws a RegistryFailure. */
  readonly recordTestRun: (run: TestRun) => RecordedRun;
  /** Keeps what a build uses. Throws a RegistryFailure. */
  readonly recordUsage: (usage: BuildUsage) => { readonly recorded: number };
  readonly releases: LinkedReleases;
  /** The environments that the registry looks at. */
  readonly watched: () => readonly WatchState[];
  /** Tries open publications again; resolves when all were tried, or `publicationsWaitMs` later. */
  readonly publish: () => Promise<void>;
  /** Registers heads again whose stub packages another generator made. */
  readonly upgradeStubs: () => Promise<
    readonly { readonly module: string; readonly semver: string }[]
  >;
  /** Announces the end of a proto package. Throws a RegistryFailure. */
  readonly retire: (
    end: Pick<Retirement, "protoPackage" | "module" | "sunset" | "reason">,
  ) => RetirementStatus;
  /** Announced ends, soonest first. */
  readonly retirements: () => readonly RetirementStatus[];
  /** Looks at a policy as if it were to be set. Throws a RegistryFailure. */
  readonly reviewPolicy: (policy: Policy) => PolicyReview;
  /** Throws a RegistryFailure when it cannot be set, or another was set meanwhile. */
  readonly setPolicy: (next: PolicyToSet) => PolicyVersion & PolicyReview;
  /** Why the registry should get no traffic, or null. */
  readonly notReady: () => string | null;
  /** SHA-256 of the write token, or null when writing asks for none. */
  readonly writeTokenHash: Buffer | null;
}

/** A group of routes. */
export type Routes = FastifyPluginAsyncTypebox;
