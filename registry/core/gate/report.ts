import type { SubjectRole } from "../binding/binding.ts";

/** What a revision consists of. A subject stands for its binding. */
export const elementKinds = [
  "package",
  "file",
  "message",
  "field",
  "oneof",
  "enum",
  "enum value",
  "service",
  "rpc",
  "extension",
  "subject",
] as const;
export type ElementKind = (typeof elementKinds)[number];

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

/** A build of a consumer whose recorded use has what changed. */
export interface ElementUser {
  readonly participant: string;
  readonly build: string;
  /** Where it runs; empty where it is only the last that is known of its participant. */
  readonly environments: readonly string[];
  readonly does: "reads" | "sends" | "uses";
}

/** A message on which two revisions disagree. */
export type CounterExample = RefusedMessage | HandedOnMessage;

/** One that a revision accepts and the other refuses. */
export interface RefusedMessage {
  /** The full name of the message. */
  readonly type: string;
  /** The message in protobuf's JSON form. */
  readonly json: string;
  readonly acceptedBy: "baseline" | "proposal";
  /** What the other one says: `text: must be at most 100 characters (string.max_len)`. */
  readonly refusal: string;
}

/** One that comes out changed from a participant of the other revision. */
export interface HandedOnMessage {
  /** The full name of the message. */
  readonly type: string;
  /** The message in protobuf's JSON form. */
  readonly json: string;
  readonly sentBy: "baseline" | "proposal";
  /** What comes out, in the same form; null when the other revision cannot hand it on. */
  readonly handedOn: string | null;
}

/** A change that meets a rule. */
export interface Finding {
  /** The worst of `rules`. */
  readonly rule: string;
  /** Every rule that this one change meets, worst first. */
  readonly rules: readonly string[];
  readonly tier: Tier;
  /** Whether it refuses the proposal. What a proposal did not introduce refuses nothing. */
  readonly blocking: boolean;
  /** Whether head kept what this breaks, so that this proposal is what breaks it. */
  readonly introduced: boolean;
  /** The versions of the baselines that it breaks, newest first. */
  readonly breaks: readonly string[];
  /** The full name of what changed: `bodybroker.npc.v1.PlanRequest.npc_id`. */
  readonly element: string;
  /** The proto package that it is in: how strict the policy is depends on its stability. */
  readonly protoPackage: string | null;
  readonly message: string;
  readonly place: FindingPlace;
  /** The source of the element in the baseline and in the proposal; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
  readonly subjects: readonly SubjectHit[];
  /** Consumers that use the element, those that run first; null where nobody's use is recorded. */
  readonly users: readonly ElementUser[] | null;
  /** Modules whose registered releases import the module. */
  readonly dependents: readonly string[];
  /** What to do in general. */
  readonly remedy: string;
  /** What to write here: `In message Order, put back …`; null where no text would do. */
  readonly fix: string | null;
  readonly counterExample: CounterExample | null;
}

export type Verdict = "accepted" | "unchanged" | "rejected";

/** A release that a proposal is compared with. */
export interface Baseline {
  readonly semver: string;
  readonly digest: string;
  readonly reasons: readonly BaselineReason[];
}

/** Why a release is compared with: somebody still has its code, or its messages. */
export type BaselineReason =
  | { readonly kind: "head" }
  /** A participant runs it, seen or recorded. */
  | { readonly kind: "deployed"; readonly environment: string; readonly participant: string }
  /** A stream can hold its messages until then (RFC 3339), or for ever (null). */
  | { readonly kind: "retained"; readonly stream: string; readonly until: string | null };

/** Something new that breaks nothing. */
export interface Addition {
  /** The full name of what is new. */
  readonly element: string;
  readonly kind: ElementKind;
  readonly place: FindingPlace;
}

/** What a new package version makes of the one before, type by type. */
export interface Migration {
  /** `acme.orders.v1` */
  readonly from: string;
  readonly to: string;
  readonly rows: readonly MigrationRow[];
}

export interface MigrationRow {
  readonly change: "same" | "changed" | "renamed" | "gone" | "new";
  /** The names within their packages; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** What differs, in words; empty when nothing does. */
  readonly notes: readonly string[];
}

/** What the gate says of one module of a proposal. */
export interface ModuleReport {
  readonly module: string;
  readonly verdict: Verdict;
  readonly digest: string;
  /** What the module is compared with, head first; empty when the module is new. */
  readonly baselines: readonly Baseline[];
  /** The version that the release gets, or would get; head's when unchanged, null when rejected. */
  readonly semver: string | null;
  readonly findings: readonly Finding[];
  readonly additions: readonly Addition[];
  readonly migrations: readonly Migration[];
}

/** One run of the gate over a proposal. The text, the JSON and the API show this object. */
export interface CheckReport {
  readonly formatVersion: 1;
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** The worst of its modules'. */
  readonly verdict: Verdict;
  /** The version of the policy that judged; 0 is the built-in one. */
  readonly policyVersion: number;
  /** What a check without a registry could not look at; null when it looked at everything. */
  readonly partial: string | null;
  readonly modules: readonly ModuleReport[];
}
