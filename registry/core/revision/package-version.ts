/**
 * What the last part of a proto package promises: `v1` is stable, `v1beta1`, `v1alpha1` and `v1test`
 * promise nothing yet, and a package without such a part says nothing of it.
 */
export const stabilities = ["stable", "beta", "alpha", "test", "unversioned"] as const;
export type Stability = (typeof stabilities)[number];

/** The version that a proto package names. The forms are those of buf's PACKAGE_VERSION_SUFFIX. */
export interface PackageVersion {
  readonly stability: Stability;
  /** 2 for `a.v2beta1`; null without a version. */
  readonly major: number | null;
}

const version =
  /\.v(?<major>[1-9][0-9]*)(?:(?:p[0-9]+)?(?<stability>alpha|beta)[0-9]*|(?<test>test)[a-z0-9]*)?$/;

/** The version of a proto package: stable 1 for `bodybroker.npc.v1`. */
export function packageVersion(protoPackage: string): PackageVersion {
  const groups = version.exec(protoPackage)?.groups;
  if (groups === undefined) return { stability: "unversioned", major: null };
  const unstable = (groups.stability ?? groups.test) as Stability | undefined;
  return { stability: unstable ?? "stable", major: Number(groups.major) };
}

/** Whether a package's name says that it promises nothing yet. */
export function isUnstable(protoPackage: string): boolean {
  return ["beta", "alpha", "test"].includes(packageVersion(protoPackage).stability);
}
