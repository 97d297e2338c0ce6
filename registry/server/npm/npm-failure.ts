/** The npm registry gives no answer, or none that npm's clients understand. Worth another attempt. */
export class NpmUnreachableError extends Error {
  override readonly name = "NpmUnreachableError";
}

/** The npm registry refuses the token, or what the token may do (401, 403). */
export class NpmRefusedError extends Error {
  override readonly name = "NpmRefusedError";
}

/** The npm registry holds other bytes under the same name and version. */
export class NpmConflictError extends Error {
  override readonly name = "NpmConflictError";
}
