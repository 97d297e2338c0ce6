import { compare, major, minor, prerelease } from "semver";
import type { OtherRelease } from "./runner/contract.ts";

/**
 * Minors whose messages are tried beside those that are deployed. Each that changed a request costs a
 * run some ten calls and the registry one fetch; whoever is further behind is seen to be deployed.
 */
export const mostMinors = 10;

/** A release that may be in use, without its descriptors. */
export type OtherSemver = Pick<OtherRelease, "semver" | "age">;

/**
 * The releases of the same major whose messages a live service meets, oldest first: the newest patch of
 * each of the newest minors, and whatever is deployed.
 */
export function otherReleases(
  semver: string,
  registered: readonly string[],
  deployed: readonly string[],
): readonly OtherSemver[] {
  const sameMajor = registered
    .filter((each) => major(each) === major(semver) && prerelease(each) === null)
    .sort((a, b) => compare(b, a));
  const newest = new Map<number, string>();
  for (const each of sameMajor) {
    const key = minor(each);
    if (key !== minor(semver) && !newest.has(key)) newest.set(key, each);
  }
  const chosen = new Set([
    ...[...newest.values()].slice(0, mostMinors),
    ...sameMajor.filter((each) => deployed.includes(each)),
  ]);
  chosen.delete(semver);
  return [...chosen]
    .sort(compare)
    .map((each) => ({ semver: each, age: compare(each, semver) < 0 ? "older" : "newer" }));
}
