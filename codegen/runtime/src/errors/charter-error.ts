import { type CharterErrorCode, codes } from "./codes.ts";

/** One field of a message that broke a rule of its contract. */
export interface FieldViolation {
  /** The path of the field, such as `situation.threats[2].distance`. */
  readonly field: string;
  /** The rule that it broke, such as `string.min_len`. */
  readonly ruleId: string;
  /** What the rule asks for, for a person. */
  readonly message: string;
}

/**
 * Every failure that this package reports. A handler throws it to answer with its code, message
 * and violations; the cause stays in the process.
 */
export class CharterError extends Error {
  override readonly name = "CharterError";
  readonly code: CharterErrorCode;
  readonly violations: readonly FieldViolation[];

  constructor(
    code: CharterErrorCode,
    message: string,
    options: { readonly violations?: readonly FieldViolation[]; readonly cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.violations = options.violations ?? [];
  }

  /** Holds for errors of another copy of this package too: its ES module and CommonJS builds. */
  static override [Symbol.hasInstance](value: unknown): value is CharterError {
    return (
      value instanceof Error &&
      value.name === "CharterError" &&
      "code" in value &&
      typeof value.code === "string" &&
      Object.hasOwn(codes, value.code)
    );
  }
}
