import { expect, it } from "vitest";
import { isUnstable, packageVersion, type Stability } from "./package-version.ts";

it.each<[string, Stability, number | null]>([
  ["bodybroker.npc.v1", "stable", 1],
  ["bodybroker.npc.v12", "stable", 12],
  ["a.v2beta1", "beta", 2],
  ["a.v2alpha", "alpha", 2],
  ["a.v1p1beta1", "beta", 1],
  ["a.v1test", "test", 1],
  ["a.v1testfoo2", "test", 1],
  ["a.v1p1", "unversioned", null],
  ["a.v1.b", "unversioned", null],
  ["a.v0", "unversioned", null],
  ["a.v01", "unversioned", null],
  ["a.av1", "unversioned", null],
  ["a.v1gamma", "unversioned", null],
  ["v1", "unversioned", null],
  ["", "unversioned", null],
])("packageVersion of %j is %s %j", (name, stability, major) => {
  expect(packageVersion(name)).toEqual({ stability, major });
  expect(isUnstable(name)).toBe(!["stable", "unversioned"].includes(stability));
});
