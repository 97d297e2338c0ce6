import { expect, it } from "vitest";
import type { PlantedFault } from "./planted-fault.ts";
import { tryFault } from "./try-fault.ts";

/** A test for each row: the correct service passes, and its law and no other finds the faulty one. */
export function expectFound(rows: readonly PlantedFault[]): void {
  // Each has a nats-server of its own, and most of its time is waiting for what is wrong on purpose.
  it.concurrent.each(rows.map((row) => [row.law, row.fault, row] as const))(
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
}
