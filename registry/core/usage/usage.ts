import type { BindingKind } from "../binding/binding.ts";

/** A field that a consumer's code touches. */
export interface UsedField {
  /** In proto names, through lists and maps: `items.price_cents`. */
  readonly path: string;
  /** The numbers of the same fields, which are what travels: `[2, 3]`. */
  readonly numbers: readonly number[];
  /** `int64`, `acme.shop.v1.Item`, `repeated acme.shop.v1.Item`, `map<string, double>`. */
  readonly type: string;
}

export interface UsedMessage {
  /** The full name. */
  readonly message: string;
  readonly fields: readonly UsedField[];
}

/** What a consumer's own tests showed that it uses of one subject. */
export interface SubjectUse {
  readonly module: string;
  /** The release that its stubs are of. */
  readonly semver: string;
  /** The pattern of the binding. */
  readonly subject: string;
  readonly kind: BindingKind;
  /** What it reads of the replies, the frames or the events. */
  readonly reads: UsedMessage;
  /** What it sets in requests; null for events. */
  readonly sends: UsedMessage | null;
}

/** What one build of a consumer uses, as it is handed in. */
export interface BuildUsage {
  readonly participant: string;
  readonly build: string;
  readonly uses: readonly SubjectUse[];
}

/** What the registry keeps: one subject that a build uses. */
export interface KeptUse extends SubjectUse {
  readonly participant: string;
  readonly build: string;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
}

/** Which uses are asked for; what is left out may be anything. */
export interface UsageFilter {
  readonly participant?: string;
  readonly build?: string;
  readonly module?: string;
}

/** How many fields are read or sent. */
export function countFields(uses: readonly SubjectUse[]): number {
  return uses.reduce(
    (sum, { reads, sends }) => sum + reads.fields.length + (sends?.fields.length ?? 0),
    0,
  );
}
