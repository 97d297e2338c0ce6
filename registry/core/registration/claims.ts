/** What belongs to one module, registry-wide and for ever. */
export type ClaimKind = "file" | "package" | "subject";

/**
 * A full type name needs no claim of its own: it lies in a package, and the package is claimed.
 * `value` is a file's path, a proto package, or a subject as NATS writes it (`a.b.v1.*`).
 */
export interface Claim {
  readonly kind: ClaimKind;
  readonly value: string;
}

/** A claim as one key. */
export function claimKey(claim: Claim): string {
  return `${claim.kind} ${claim.value}`;
}
