import type { FailureCode } from "../core/failure.ts";

/** The exit codes of every command. */
export const exitCodes = {
  /** Done, accepted, or passed with evidence. */
  done: 0,
  /** Charter failed. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Not enough evidence to say yes. */
  inconclusive: 3,
  /** The registry, NATS or the npm registry is unreachable or refused. */
  unreachable: 4,
  /** Findings, violations or a refused change; the number is buf's. */
  findings: 100,
  /** Waiting for an approval. */
  waiting: 101,
} as const;

export type Exit = keyof typeof exitCodes;

/** How a command ends when the registry reports a failure. */
export const exitOfFailure: Record<FailureCode, Exit> = {
  INVALID_REQUEST: "usage",
  TOO_LARGE: "findings",
  UNSUPPORTED_MEDIA_TYPE: "failed",
  UNAUTHENTICATED: "unreachable",
  NOT_FOUND: "findings",
  COMPILE_FAILED: "findings",
  BINDING_INVALID: "findings",
  IMPORT_NOT_REGISTERED: "findings",
  OWNED_BY_ANOTHER_MODULE: "findings",
  SUBJECT_OVERLAP: "findings",
  BASELINE_MOVED: "findings",
  POLICY_MOVED: "findings",
  BREAKING_CHANGE: "findings",
  BUSY: "unreachable",
  INTERNAL: "failed",
};
