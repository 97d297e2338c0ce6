import { expect, it } from "vitest";
import { accountLaws, laws } from "../runner/laws.ts";
import { allFaults } from "./all-faults.ts";

// The rows are tried beside each family of faults.
it("has a row for every law, and none for what is no law", () => {
  const rows = new Set(allFaults.map((row) => row.law));
  expect([...rows].sort()).toEqual([...laws, ...accountLaws].map((law) => law.id).sort());
});
