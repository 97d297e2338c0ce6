import type { FaultRow, Judged } from "./planted-fault.ts";
import type { TimedJudgement } from "./try-fault.ts";

/** A row with what came of it, without its fault and with it. */
export interface TriedFault {
  readonly row: Pick<FaultRow, "law" | "fault"> & { readonly who?: string };
  readonly correct: Pick<Judged, "verdict" | "unproven">;
  readonly faulty: Omit<TimedJudgement, "unproven">;
}

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
    `${row.law.padEnd(4)} ${whatOf(row)}`,
    `     without the fault  ${[correct.verdict, ...correct.unproven].join("; ")}`,
    `     with it            ${faulty.failed.join(", ") || "nothing"} failed, after ${faulty.seconds.toFixed(1)} s`,
    `     smallest case      ${faulty.smallest ?? "none"}`,
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

/** `a service that answers twice` */
export function whatOf({ who, fault }: TriedFault["row"]): string {
  return `a ${who ?? "service"} that ${fault}`;
}
