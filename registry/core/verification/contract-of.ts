import type { BindingKind } from "../binding/binding.ts";

/** What a release says of one subject. */
export interface BoundSubject {
  readonly pattern: string;
  readonly kind: BindingKind;
  readonly protoPackage: string | null;
  /** Equal where the binding and all its types are. */
  readonly digest: string;
}

export interface ReleaseContract {
  readonly digest: string;
  readonly subjects: readonly BoundSubject[];
}

/** The contract of a release, or null when it is not registered. */
export type ContractOf = (module: string, semver: string) => ReleaseContract | null;
