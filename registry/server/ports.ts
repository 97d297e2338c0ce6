import type { SubjectVersion } from "../core/binding/subject-version.ts";
import type {
  DeployedRelease,
  DeployedUse,
  Deployment,
  Evidence,
  PackageUser,
  Role,
} from "../core/deployment/deployment.ts";
import type { Sighting } from "../core/deployment/sighting.ts";
import type { PastRelease } from "../core/gate/baselines.ts";
import type { LedgerEntry, NumberUse } from "../core/gate/number-ledger.ts";
import type { CheckReport, SubjectHit } from "../core/gate/report.ts";
import type { Retirement } from "../core/gate/retirement.ts";
import type { Policy, PolicyVersion } from "../core/policy/policy.ts";
import type { Claim } from "../core/registration/claims.ts";
import type {
  Head,
  Publication,
  RegisteredBinding,
  RegistrationPlan,
  ReleaseRecord,
  ReleaseSummary,
} from "../core/registration/plan.ts";
import type { BuildUsage, KeptUse, UsageFilter } from "../core/usage/usage.ts";
import type { SubjectVerdict } from "../core/verification/verdict.ts";
import type { Verification, VerificationFilter } from "../core/verification/verification.ts";

export type { SchemaCompiler } from "../buf/schema-compiler.ts";

/** What is registered. Every method is synchronous; what `commit` has returned from is durable. */
export interface Store extends DeploymentStore, PolicyStore, UsageStore, VerificationStore {
  head(module: string): Head | null;
  /** In the order of their modules' names. */
  heads(): readonly ReleaseSummary[];
  /** Every binding of every head. */
  headBindings(): readonly (RegisteredBinding & {
    readonly module: string;
    readonly release: { readonly module: string; readonly semver: string; readonly digest: string };
  })[];
  /** Files of heads by path, with the module that owns them. */
  headFiles(paths: readonly string[]): ReadonlyMap<string, { module: string; content: string }>;
  /** The owners of those claims that someone has. */
  owners(claims: readonly Claim[]): ReadonlyMap<string, string>;
  /** Modules whose heads import a module. */
  dependents(module: string): readonly string[];
  /** Of the given paths, those that the heads of other modules import. */
  importedByOthers(module: string, paths: readonly string[]): ReadonlySet<string>;
  /** The subjects of heads whose messages contain a type, or that an rpc serves. */
  subjectsOf(element: string): readonly SubjectHit[];
  lastSubjectVersion(pattern: string): { readonly version: number; readonly digest: string } | null;
  subjectVersions(pattern: string): readonly SubjectVersion[];

  release(module: string, semver: string): ReleaseRecord | null;
  /** Newest first. */
  releases(module: string): readonly ReleaseSummary[];
  /** Newest first, with the streams that each one's events are kept in. */
  pastReleases(module: string): readonly PastRelease[];
  /** What releases used a number of a message or enum for, the first first. */
  usesOfNumber(type: string, number: number): readonly LedgerEntry[];
  /** Releases whose numbers are not in the ledger, oldest first. */
  releasesOutsideLedger(): readonly { id: number; module: string; semver: string }[];
  /** Notes the numbers that a release uses; what an earlier release used so stays with that one. */
  addToLedger(releaseId: number, uses: readonly NumberUse[]): void;
  /** What generates the stub package of a release; empty for those before it was noted. */
  generatorOf(releaseId: number): string;
  /** A FileDescriptorSet with source info: the release's files and all that they import. */
  image(releaseId: number): Uint8Array;

  /** Registers all of a plan or nothing. */
  commit(plan: RegistrationPlan): "committed" | "baseline moved" | "policy moved";

  /** The announced end of a proto package. */
  retirement(protoPackage: string): Retirement | null;
  /** Soonest first. */
  retirements(): readonly Retirement[];
  /** Announces an end, or moves one that was announced. */
  announceRetirement(retirement: Retirement): void;
  /** Whether there was one to withdraw. */
  withdrawRetirement(protoPackage: string): boolean;
  /** Modules whose heads import one of the paths of another module. */
  importersOf(module: string, paths: readonly string[]): readonly string[];

  saveReport(report: CheckReport): void;
  report(id: string): CheckReport | null;

  /** Publications that are not published, dependencies first. */
  openPublications(): readonly Publication[];
  /** Notes the outcome, and announces it when it is `published`. */
  notePublication(
    releaseId: number,
    outcome:
      | { readonly state: "published"; readonly integrity: string; readonly registry: string }
      | { readonly state: "failed" | "pending"; readonly error: string },
  ): void;

  /** Announcements that have not been sent, oldest first. */
  outbox(): readonly OutboxRow[];
  markSent(id: number): void;
}

/** What judging and registering ask of a store: a check without a registry has one in memory. */
export type GateStore = Pick<
  Store,
  | "commit"
  | "dependents"
  | "deployed"
  | "deployments"
  | "head"
  | "headBindings"
  | "headFiles"
  | "image"
  | "importedByOthers"
  | "importersOf"
  | "lastSubjectVersion"
  | "owners"
  | "pastReleases"
  | "release"
  | "retirement"
  | "saveReport"
  | "subjectsOf"
  | "usages"
  | "usersOf"
  | "usesOfNumber"
>;

/** Who runs what. Everything that is recorded or observed twice stands there once. */
export interface DeploymentStore {
  /** The proto packages of a module, of all its releases. */
  protoPackages(module: string): readonly string[];
  /** Writes what a build uses. @param replace ends other recorded builds of the participant there */
  recordDeployment(record: {
    readonly environment: string;
    readonly participant: string;
    readonly build: string;
    readonly uses: readonly DeployedUse[];
    readonly replace: boolean;
    readonly at: string;
  }): { readonly ended: readonly string[] };
  /**
   * Writes what one round saw in an environment. What it did not see is noted as missed, and
   * forgotten once so many rounds in a row have missed it over at least so long; at once where it
   * is of no registered package.
   *
   * @returns how many uses were not written, because the environment holds as many as it may
   */
  observe(round: {
    readonly environment: string;
    readonly uses: readonly DeployedUse[];
    /** What the round could see all of. Other roles are not missed where it did not see them. */
    readonly roles: readonly Role[];
    readonly at: string;
    readonly forgetAfter: { readonly rounds: number; readonly ms: number };
  }): { readonly refused: number };
  /** Ends what is recorded and observed of a participant. @returns how many uses that were */
  endDeployment(which: {
    readonly environment: string;
    readonly participant: string;
    /** All builds when it is null. */
    readonly build: string | null;
  }): number;
  /** By environment and participant. @param environment all of them when it is null */
  deployments(environment: string | null): readonly Deployment[];
  /**
   * The releases of a module that somebody runs, also because a release that was linked with it
   * runs. Stand-ins are left out, and releases that are not registered.
   */
  deployed(module: string): readonly DeployedRelease[];
  /** Who uses a proto package; stand-ins are left out. */
  usersOf(protoPackage: string): readonly PackageUser[];
}

/** What contract tests have found of builds. */
export interface VerificationStore {
  /**
   * Writes all rows of a run and announces them, or nothing. A run that is written already is not
   * written again. What was tested last stands, whatever comes last; a stand-in's row beside the real one.
   *
   * @param run.content the digest of what was handed in
   */
  recordRun(run: {
    readonly runId: string;
    readonly content: string;
    readonly at: string;
    readonly rows: readonly Verification[];
  }): "recorded" | "repeated" | "other content";
  /** The newest first. @param most how many at most */
  verifications(filter: VerificationFilter, most: number): readonly Verification[];
}

/** What consumers use of contracts, as their tests have shown. */
export interface UsageStore {
  /** Keeps what a build uses, in place of what was kept of it before. */
  recordUsage(usage: BuildUsage & { readonly at: string }): void;
  /** Forgets what a participant uses, or one build of it. @returns how many uses that were */
  forgetUsage(which: { readonly participant: string; readonly build: string | null }): number;
  /** The newest first. @param most how many at most */
  usages(filter: UsageFilter, most: number): readonly KeptUse[];
}

/** Every version of the policy. */
export interface PolicyStore {
  /** The newest; the built-in one while nobody has set another. */
  policy(): PolicyVersion;
  policyAt(version: number): PolicyVersion | null;
  /** Newest first, and the built-in one. */
  policies(): readonly Omit<PolicyVersion, "policy">[];
  /** Adds a version behind the one that was expected to be the newest. */
  setPolicy(next: {
    readonly policy: Policy;
    readonly reason: string;
    readonly setAt: string;
    readonly expectedVersion: number;
  }): "set" | "policy moved";
}

/** A NATS that the registry looks at, and never changes. */
export interface WatchedEnvironment {
  readonly name: string;
  /** What there is now. Rejects when nobody can be reached, or when it is closed meanwhile. */
  look(): Promise<Sighting>;
  close(): Promise<void>;
}

/** One announcement, written in the transaction of what it announces. */
export interface OutboxRow {
  readonly id: number;
  readonly event: Announcement;
}

export type Announcement =
  | {
      readonly kind: "registered";
      readonly module: string;
      readonly semver: string;
      readonly digest: string;
    }
  | {
      readonly kind: "published";
      readonly module: string;
      readonly semver: string;
      readonly npmPackage: string;
      readonly integrity: string;
    }
  | {
      readonly kind: "verified";
      readonly module: string;
      readonly semver: string;
      readonly digest: string;
      readonly participant: string;
      readonly build: string;
      readonly environment: string;
      /** The gravest of the subjects. */
      readonly verdict: SubjectVerdict;
      readonly evidence: Evidence;
      readonly subjects: number;
      readonly runId: string;
    };

/** Sends announcements to whoever listens. Rejects when nobody can be reached. */
export interface Announcer {
  announce(event: Announcement): Promise<void>;
}

/** An npm registry. */
export interface PackageRegistry {
  readonly url: string;
  /** What the registry holds of one version, or null. Rejects when it cannot be reached. */
  find(name: string, version: string): Promise<{ readonly integrity: string } | null>;
  /**
   * Publishes. A version that exists with equal integrity counts as a success; with another it
   * is a conflict, which rejects.
   */
  publish(pkg: {
    readonly name: string;
    readonly version: string;
    readonly manifest: object;
    readonly tarball: Uint8Array;
    readonly integrity: string;
    readonly tag: string;
  }): Promise<"published" | "present">;
}

/** A stub package as npm takes it. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  readonly manifest: object;
  readonly tarball: Uint8Array;
  /** `sha512-…` */
  readonly integrity: string;
}

/** Generates and packs the stub package of a release. The same release gives the same bytes. */
export interface StubBuilder {
  build(release: ReleaseRecord, image: Uint8Array): Promise<PackedPackage>;
}

export interface Clock {
  /** RFC 3339, UTC. */
  now(): string;
}
