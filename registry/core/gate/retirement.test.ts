import { describe, expect, it } from "vitest";
import type { PackageUser } from "../deployment/deployment.ts";
import { type PackageInUse, reasonToKeep } from "./retirement.ts";

const announced = {
  protoPackage: "acme.shop.v1",
  module: "acme/shop",
  sunset: "2026-12-31",
  reason: "v2 is there",
  announcedAt: "2026-11-01T00:00:00.000Z",
};
const quest: PackageUser = {
  environment: "prod",
  participant: "quest",
  role: "calls",
  semver: "1.2.0",
  source: "observed",
  lastSeen: "2026-12-30T00:00:00.000Z",
};
const gone: PackageInUse = { retirement: announced, users: [], importers: [] };

describe("reasonToKeep lets a package go", () => {
  it.each(["2026-12-31", "2027-01-01"])("on %s, when its sunset was 2026-12-31", (today) => {
    expect(reasonToKeep(gone, today)).toBeNull();
  });
});

describe("reasonToKeep keeps a package", () => {
  it.each<[string, Partial<PackageInUse>, string, string]>([
    [
      "that nobody announced the end of",
      { retirement: null },
      "2027-01-01",
      "its end was not announced",
    ],
    ["until its sunset", {}, "2026-12-30", "it was announced to stay until 2026-12-31"],
    [
      "that a participant uses",
      { users: [quest] },
      "2027-01-01",
      "quest calls it in prod with 1.2.0",
    ],
    [
      "that somebody of an unknown release uses",
      { users: [{ ...quest, role: "serves", semver: null }] },
      "2027-01-01",
      "quest serves it in prod",
    ],
    ["that a module imports", { importers: ["acme/cart"] }, "2027-01-01", "acme/cart imports it"],
    [
      "for all the reasons that there are",
      { users: [quest], importers: ["acme/cart"] },
      "2026-12-01",
      "it was announced to stay until 2026-12-31; quest calls it in prod with 1.2.0; acme/cart imports it",
    ],
  ])("%s", (_what, more, today, expected) => {
    expect(reasonToKeep({ ...gone, ...more }, today)).toBe(expected);
  });
});
