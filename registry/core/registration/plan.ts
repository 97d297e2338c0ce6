import type { Binding } from "../binding/binding.ts";
import type { NumberUse } from "../gate/number-ledger.ts";
import type { SchemaFile } from "../revision/digest.ts";
import type { Claim } from "./claims.ts";

/** A binding as a release registers it. */
export interface RegisteredBinding {
  readonly binding: Binding;
  readonly subjectVersion: number;
  /** See `bindingDigest`. */
  readonly digest: string;
}

export interface Dependency {
  readonly module: string;
  readonly semver: string;
}

/** The release that a module's `main` names. */
export interface Head {
  readonly id: number;
  readonly module: string;
  readonly semver: string;
  /** The revision's digest. */
  readonly digest: string;
  /** See `meaningDigest`. */
  readonly meaning: string;
  readonly registeredAt: string;
}

/** A release as a listing shows it. */
export interface ReleaseSummary extends Head {
  readonly publication: Publication;
}

/** A release with what it holds. */
export interface ReleaseRecord extends ReleaseSummary {
  readonly dependencies: readonly Dependency[];
  readonly files: readonly SchemaFile[];
  /** The text of its bindings.yaml, or null. */
  readonly bindingsFile: string | null;
  readonly bindings: readonly RegisteredBinding[];
}

/** How far the stub package of a release is. */
export interface Publication {
  readonly releaseId: number;
  readonly module: string;
  readonly name: string;
  readonly version: string;
  readonly state: "pending" | "published" | "failed";
  readonly integrity: string | null;
  readonly error: string | null;
  readonly registry: string | null;
}

/** A release that will be registered. */
export interface PlannedRelease {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly meaning: string;
  readonly files: readonly SchemaFile[];
  /** The text of its bindings.yaml, or null. */
  readonly bindingsFile: string | null;
  readonly image: Uint8Array;
  readonly dependencies: readonly Dependency[];
  /** Paths of other modules' files that this release imports directly. */
  readonly imports: readonly string[];
  readonly bindings: readonly (RegisteredBinding & {
    /** Whether this release brings this subject version. */
    readonly isNewVersion: boolean;
    /** Every type that the binding's messages consist of. */
    readonly types: readonly string[];
  })[];
  /** See `numberUses`. */
  readonly numbers: readonly NumberUse[];
  readonly claims: readonly Claim[];
  readonly packageName: string;
  /** What generates its stub package. */
  readonly generator: string;
}

/** Everything that one registration writes. */
export interface RegistrationPlan {
  /** RFC 3339, UTC. */
  readonly registeredAt: string;
  /** In the order of their dependencies. */
  readonly releases: readonly PlannedRelease[];
  /** The release id of each head that the verdict was given against; null for a new module. */
  readonly heads: ReadonlyMap<string, number | null>;
  /** The version of the policy that judged. */
  readonly policyVersion: number;
}
