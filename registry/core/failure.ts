/**
 * The closed list of failures that Charter reports to a client. The HTTP status and the exit code
 * of each are tables keyed by this type, so a new code does not compile until they know it.
 */
export const failureCodes = [
  "INVALID_REQUEST",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "UNAUTHENTICATED",
  "NOT_FOUND",
  "COMPILE_FAILED",
  "BINDING_INVALID",
  "IMPORT_NOT_REGISTERED",
  "OWNED_BY_ANOTHER_MODULE",
  "SUBJECT_OVERLAP",
  "BASELINE_MOVED",
  "POLICY_MOVED",
  "BREAKING_CHANGE",
  "BUSY",
  "INTERNAL",
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** One place in a client's input that is wrong. `line` and `column` count from 1. */
export interface FailurePlace {
  readonly message: string;
  readonly module?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * A failure that a client can read and act on. The message says what was expected, what came and
 * what to do; `places` point into the client's own input.
 */
export class RegistryFailure extends Error {
  override readonly name = "RegistryFailure";
  readonly code: FailureCode;
  readonly places: readonly FailurePlace[];

  constructor(
    code: FailureCode,
    message: string,
    options: { places?: readonly FailurePlace[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.places = options.places ?? [];
  }
}
