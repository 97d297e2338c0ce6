import type { BindingKind } from "../binding/binding.ts";
import type { Evidence } from "../deployment/deployment.ts";
import type { LawVerdict, SubjectVerdict } from "./verdict.ts";

/** What a run found of one law on one subject. */
export interface TestedLaw {
  readonly law: string;
  readonly verdict: LawVerdict;
  readonly samples: number;
}

/** One subject of one build, tested against the contract of one release. */
export interface TestedSubject {
  readonly participant: string;
  readonly build: string;
  readonly module: string;
  readonly semver: string;
  /** The digest of that release. */
  readonly digest: string;
  /** The pattern of the binding. */
  readonly subject: string;
  readonly evidence: Evidence;
  readonly laws: readonly TestedLaw[];
  /** Laws that apply, and that the environment's class did not allow to be tried. */
  readonly untried: readonly string[];
}

/** What all subjects of a run share. */
export interface TestedIn {
  readonly runId: string;
  /** Where the build ran when it was tested. */
  readonly environment: string;
  readonly seed: number;
  /** When the run began; RFC 3339, UTC. */
  readonly testedAt: string;
  /** What tested: `charter 0.3.0`. */
  readonly runner: string;
  /** The digest of the laws that there were, and of the samples that each needs. */
  readonly lawSet: string;
}

/** A run of contract tests, as it is handed in. */
export interface TestRun extends TestedIn {
  readonly rows: readonly TestedSubject[];
}

/** The evidence that the registry keeps of one subject. */
export interface Verification extends TestedSubject, TestedIn {
  readonly kind: BindingKind;
  readonly verdict: SubjectVerdict;
}

/** Which evidence is asked for; what is left out may be anything. */
export interface VerificationFilter {
  readonly participant?: string;
  readonly build?: string;
  readonly module?: string;
}

/** How law ids are written. */
export const lawForm = "^[A-Z][A-Z0-9_-]{0,31}$";
