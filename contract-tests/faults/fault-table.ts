import type { PlantedFault } from "./planted-fault.ts";
import type { Trial } from "./try-fault.ts";

/** A row with what came of its two runs. */
export interface TriedFault {
  readonly row: Pick<PlantedFault, "law" | "fault">;
  readonly correct: Pick<Trial, "verdict" | "unproven">;
  readonly faulty: Pick<Trial, "verdict" | "failed" | "failure" | "seconds">;
}

const longestCase = 200;

/**
 * The table for people, and whether every fault was found by its law and by no other.
 *
 * @param laws the ids that must have a row
 */
export function faultTable(
  tried: readonly TriedFault[],
  laws: readonly string[],
): { readonly text: string; readonly isRight: boolean } {
  const lines = tried.flatMap(({ row, correct, faulty }) => [
    `${row.law.padEnd(4)} a service that ${row.fault}`,
    `     without the fault  ${[correct.verdict, ...correct.unproven].join("; ")}`,
    `     with it            ${faulty.failed.join(", ") || "nothing"} failed, after ${faulty.seconds.toFixed(1)} s`,
    `     smallest case      ${smallestOf(faulty)}`,
  ]);
  const wrong = tried.filter((each) => !isFound(each));
  const missing = laws.filter((law) => tried.every(({ row }) => row.law !== law));
  const found = `${tried.length - wrong.length} of ${tried.length} faults were found by their law and by no other`;
  const unseen = missing.length === 0 ? "" : `; no fault for ${missing.join(", ")}`;
  return {
    text: `${[...lines, "", `${found}${unseen}.`].join("\n")}\n`,
    isRight: wrong.length === 0 && missing.length === 0,
  };
}

function isFound({ row, correct, faulty }: TriedFault): boolean {
  const isKept = correct.verdict === "pass" && correct.unproven.length === 0;
  return isKept && faulty.verdict === "fail" && faulty.failed.join() === row.law;
}

function smallestOf({ failure }: TriedFault["faulty"]): string {
  if (failure === null) return "none";
  const shown = failure.message === null ? `hex ${failure.hex}` : JSON.stringify(failure.message);
  const cut = shown.length > longestCase ? `${shown.slice(0, longestCase)}…` : shown;
  return `${cut}, after ${failure.shrinks} steps`;
}
