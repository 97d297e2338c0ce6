import { describe, expect, it } from "vitest";
import { mostOthers, otherReleases, pastReleases } from "./other-releases.ts";

const registered = ["2.0.0", "1.3.0", "1.2.1", "1.2.0", "1.1.0", "1.0.2", "1.0.1", "0.1.0"];

function names(semver: string, deployed: readonly string[] = []) {
  const { tried } = otherReleases(semver, registered, deployed);
  return tried.map((each) => `${each.age} ${each.semver}`);
}

describe("otherReleases", () => {
  it.each([
    ["the newest patch of each minor of the major", "1.3.0", [], ["1.0.2", "1.1.0", "1.2.1"]],
    ["another patch that is deployed", "1.3.0", ["1.0.1"], ["1.0.1", "1.0.2", "1.1.0", "1.2.1"]],
    ["no release of another major, deployed or not", "2.0.0", ["1.3.0"], []],
    ["no release twice", "1.3.0", ["1.2.1", "1.3.0"], ["1.0.2", "1.1.0", "1.2.1"]],
  ])("takes %s", (_what, semver, deployed, expected) => {
    expect(names(semver, deployed)).toEqual(expected.map((each) => `older ${each}`));
  });

  it("tells older from newer, and leaves out the patches beside the release", () => {
    expect(names("1.2.0")).toEqual(["older 1.0.2", "older 1.1.0", "newer 1.3.0"]);
    expect(names("1.2.0", ["1.2.1"])).toContain("newer 1.2.1");
  });

  it.each([
    ["takes every minor of a long history", 120, []],
    ["has room for", mostOthers, []],
    ["names what there is no room for, and never what is deployed", mostOthers + 1, ["1.1.0"]],
  ])("%s: %d", (_what, count, leftOut) => {
    const many = Array.from({ length: count + 1 }, (_, i) => `1.${i}.0`);
    const found = otherReleases(`1.${count}.0`, many, ["1.0.0"]);
    expect(found.tried).toHaveLength(count - leftOut.length);
    expect(found.tried[0]?.semver).toBe("1.0.0");
    expect(found.leftOut).toEqual(leftOut);
  });

  it("takes no preview", () => {
    const found = otherReleases("1.1.0", ["1.1.0", "1.0.0-pr.2.1"], ["1.0.0-pr.2.1"]);
    expect(found).toEqual({ tried: [], leftOut: [] });
  });
});

describe("pastReleases", () => {
  it.each([
    ["the newest deployed one of each older major", ["2.0.0", "1.0.1", "1.3.0", "2.1.0"], "3.0.0"],
    ["nothing of the own major, of a newer one, or of a preview", ["3.0.0", "4.0.0"], "3.1.0"],
    ["no preview", ["1.0.0-pr.2.1"], "3.1.0"],
  ])("takes %s", (_what, deployed, semver) => {
    expect(pastReleases(semver, deployed)).toEqual(semver === "3.0.0" ? ["2.1.0", "1.3.0"] : []);
  });
});
