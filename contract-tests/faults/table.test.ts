import { describe, expect, it } from "vitest";
import { accountLaws, laws } from "../runner/laws.ts";
import { allFaults } from "./all-faults.ts";
import { tryFault } from "./try-fault.ts";

describe("the fault table", () => {
  it("has a row for every law, and none for what is no law", () => {
    const rows = new Set(allFaults.map((row) => row.law));
    expect([...rows].sort()).toEqual([...laws, ...accountLaws].map((law) => law.id).sort());
  });

  it.each(allFaults.map((row) => [row.law, row.fault, row] as const))(
    "%s finds a service that %s, and passes one that does not",
    async (law, _fault, row) => {
      const correct = await tryFault(row, false);
      expect(correct.unproven).toEqual([]);
      expect(correct.verdict).toBe("pass");
      const faulty = await tryFault(row, true);
      expect(faulty.failed).toEqual([law]);
      expect(faulty.verdict).toBe("fail");
      expect(faulty.failure?.summary).toMatch(/\S/);
    },
  );
});
