import { expect, it } from "vitest";
import { whatOf } from "./fault-table.ts";
import type { FaultRow } from "./planted-fault.ts";
import { tryRow } from "./try-fault.ts";

/** A test for each row: what is correct passes, and its law and no other finds what is faulty. */
export function expectFound(rows: readonly FaultRow[]): void {
  // Each has a nats-server of its own, and most of its time is waiting for what is wrong on purpose.
  it.concurrent.each(rows.map((row) => [row.law, whatOf(row), row] as const))(
    "%s finds %s, and passes one that does not",
    async (law, _what, row) => {
      const correct = await tryRow(row, false);
      expect(correct.unproven).toEqual([]);
      expect(correct.verdict).toBe("pass");
      const faulty = await tryRow(row, true);
      expect(faulty.failed).toEqual([law]);
      expect(faulty.verdict).toBe("fail");
      expect(faulty.smallest).toMatch(/\S/);
    },
  );
}
