import { describe, expect, it } from "vitest";
import { mostMinors, otherReleases } from "./other-releases.ts";

const registered = ["2.0.0", "1.3.0", "1.2.1", "1.2.0", "1.1.0", "1.0.2", "1.0.1", "0.1.0"];

function names(semver: string, deployed: readonly string[] = [], all = registered) {
  return otherReleases(semver, all, deployed).map((each) => `${each.age} ${each.semver}`);
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

  it("keeps to the newest minors, however many there are, but for those that are deployed", () => {
    const many = Array.from({ length: 40 }, (_, i) => `1.${i}.0`);
    const chosen = names("1.39.0", ["1.3.0"], many);
    expect(chosen).toHaveLength(mostMinors + 1);
    expect(chosen.slice(0, 2)).toEqual(["older 1.3.0", "older 1.29.0"]);
  });

  it("takes no preview", () => {
    expect(names("1.1.0", ["1.0.0-pr.2.1"], ["1.1.0", "1.0.0-pr.2.1"])).toEqual([]);
  });
});
