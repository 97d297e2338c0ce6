import type { SubjectRole } from "../binding/binding.ts";

/**
 * How much a change breaks, worst first: the bytes, the JSON form, the generated TypeScript,
 * nothing but it can surprise, nothing.
 */
export const tiers = ["wire", "json", "source", "dangerous", "compatible"] as const;
export type Tier = (typeof tiers)[number];

/** Where a finding points. A deleted file is pointed at in the baseline. */
export interface FindingPlace {
  readonly side: "proposal" | "baseline";
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A subject whose messages a change touches, and the module that binds it. */
export interface SubjectHit {
  readonly pattern: string;
  readonly role: SubjectRole;
  readonly module: string;
}

/** A change that meets a rule. */
export interface Finding {
  /** The worst of `rules`. */
  readonly rule: string;
  /** Every rule that this one change meets, worst first. */
  readonly rules: readonly string[];
  readonly tier: Tier;
  /** Whether the policy refuses it. */
  readonly blocking: boolean;
  /** The full name of what changed: `bodybroker.npc.v1.PlanRequest.npc_id`. */
  readonly element: string;
  readonly message: string;
  readonly place: FindingPlace;
  /** The source of the element in the baseline and in the proposal; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
  readonly subjects: readonly SubjectHit[];
  /** Modules whose registered releases import the module. */
  readonly dependents: readonly string[];
  readonly remedy: string;
}

export type Verdict = "accepted" | "unchanged" | "rejected";

/** What a release is registered against. */
export interface Baseline {
  readonly semver: string;
  readonly digest: string;
}

/** What the gate says of one module of a proposal. */
export interface ModuleReport {
  readonly module: string;
  readonly verdict: Verdict;
  readonly digest: string;
  /** Head when the check ran, or null when the module is new. */
  readonly baseline: Baseline | null;
  /** The version that the release gets, or would get; head's when unchanged, null when rejected. */
  readonly semver: string | null;
  readonly findings: readonly Finding[];
}

/** One run of the gate over a proposal. The text, the JSON and the API show this object. */
export interface CheckReport {
  readonly formatVersion: 1;
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** The worst of its modules'. */
  readonly verdict: Verdict;
  readonly modules: readonly ModuleReport[];
}
