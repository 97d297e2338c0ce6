import { compare, major, minor, prerelease } from "semver";
import type { OtherRelease } from "./runner/contract.ts";

/**
 * Releases of one major that are tried beside the one under test: a minor a week for four years. Each
 * is some 200 kB of descriptors in memory; calls cost only those in which a type is another one.
 */
export const mostOthers = 200;

/** A release that may be in use, without its descriptors. */
export type OtherSemver = Pick<OtherRelease, "semver" | "age">;

export interface OtherReleases {
  /** Oldest first. */
  readonly tried: readonly OtherSemver[];
  /** What there is no room for, oldest first. */
  readonly leftOut: readonly string[];
}

/**
 * The releases of the same major whose messages a live service meets: the newest patch of each
 * registered minor, and whatever is deployed. Where there are too many, those that are deployed and
 * the newest are tried.
 */
export function otherReleases(
  semver: string,
  registered: readonly string[],
  deployed: readonly string[],
): OtherReleases {
  const sameMajor = registered
    .filter((each) => major(each) === major(semver) && prerelease(each) === null)
    .sort((a, b) => compare(b, a));
  const newest = new Map<number, string>();
  for (const each of sameMajor) {
    const key = minor(each);
    if (key !== minor(semver) && !newest.has(key)) newest.set(key, each);
  }
  const inUse = sameMajor.filter((each) => deployed.includes(each));
  const chosen = new Set([...inUse, ...newest.values()]);
  chosen.delete(semver);
  const all = [...chosen];
  return {
    tried: all
      .slice(0, mostOthers)
      .sort(compare)
      .map((each) => ({ semver: each, age: compare(each, semver) < 0 ? "older" : "newer" })),
    leftOut: all.slice(mostOthers).sort(compare),
  };
}

/** The newest deployed release of each other major, newest first. */
export function pastReleases(semver: string, deployed: readonly string[]): readonly string[] {
  const newest = new Map<number, string>();
  for (const each of [...deployed].sort((a, b) => compare(b, a))) {
    if (prerelease(each) !== null || major(each) >= major(semver)) continue;
    if (!newest.has(major(each))) newest.set(major(each), each);
  }
  return [...newest.values()];
}
