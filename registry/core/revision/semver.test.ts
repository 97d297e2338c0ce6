import { describe, expect, it } from "vitest";
import { type Bump, nextSemver } from "./semver.ts";

describe("nextSemver", () => {
  it.each<[string | null, Bump, "stable" | "unstable", string]>([
    [null, "minor", "stable", "1.0.0"],
    [null, "major", "stable", "1.0.0"],
    [null, "minor", "unstable", "0.1.0"],
    ["1.0.0", "patch", "stable", "1.0.1"],
    ["1.0.1", "minor", "stable", "1.1.0"],
    ["1.9.9", "minor", "stable", "1.10.0"],
    ["1.4.2", "major", "stable", "2.0.0"],
    ["9.0.0", "major", "stable", "10.0.0"],
    ["0.1.0", "patch", "unstable", "0.1.1"],
    ["0.1.1", "minor", "unstable", "0.2.0"],
    // Before 1.0.0, `^0.1.0` takes no 0.2.0: a minor is what a major is later.
    ["0.1.0", "major", "unstable", "0.2.0"],
    ["0.4.0", "patch", "stable", "1.0.0"],
    ["0.4.0", "minor", "stable", "1.0.0"],
    ["0.4.0", "major", "stable", "1.0.0"],
    // Once stable, there is no way back.
    ["1.2.0", "minor", "unstable", "1.3.0"],
  ])("after %s, a %s of a module that is %s is %s", (head, bump, stability, expected) => {
    expect(nextSemver(head, bump, stability === "unstable")).toBe(expected);
  });

  it("refuses a head that is no version", () => {
    expect(() => nextSemver("v1", "minor", false)).toThrow("v1 is no semantic version");
  });
});
