import { expect, it } from "vitest";
import { catalogue } from "../catalogue/catalogue.ts";
import { allFaults } from "./all-faults.ts";
import { clientFaults } from "./client-faults.ts";
import { expectFound } from "./expect-found.ts";
import { releaseFaults } from "./release-faults.ts";
import { shadowFaults } from "./shadow-faults.ts";

// The rows of services are tried beside each family of faults.
it("has a row for every law of the catalogue, and none for what is no law", () => {
  const rows = new Set(allFaults.map((row) => row.law));
  expect([...rows].sort()).toEqual([...catalogue.keys()].sort());
});

expectFound([...releaseFaults, ...clientFaults, ...shadowFaults]);
