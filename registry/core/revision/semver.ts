import { inc } from "semver";

/** How much a release changes against head. */
export type Bump = "major" | "minor" | "patch";

/**
 * The version of the next release.
 *
 * @param head the version of head, or null for the first release
 * @param bump what the revision changes
 * @param unstable whether all proto packages of the module promise nothing yet (`v1beta1`)
 */
export function nextSemver(head: string | null, bump: Bump, unstable: boolean): string {
  if (head === null) return unstable ? "0.1.0" : "1.0.0";
  // The first release with a stable package is 1.0.0, whatever it changes.
  if (head.startsWith("0.") && !unstable) return "1.0.0";
  if (head.startsWith("0.") && bump === "major") return next(head, "minor");
  return next(head, bump);
}

function next(version: string, bump: Bump): string {
  const result = inc(version, bump);
  if (result === null) throw new Error(`${version} is no semantic version`);
  return result;
}
