import type { BindingResult, LawResult, RunReport } from "../../../contract-tests/runner/report.ts";
import { charter } from "../charter-command.ts";
import type { Estate } from "../proof.ts";

/** What each kind of binding is for: a binding on which it was not proven is not proven at all. */
const mainLaws = { request: "R2", streaming: "R2", event: "E1" } as const;

/** It announces what people do, and during the run nobody registers or retires anything. */
const quiet = "charter/registry";

/** Tests every live service against its contract, as a CI job would. */
export async function proveContractsPassed(estate: Estate) {
  const run = await charter(estate, [
    ...["contract", "test", "--format", "json"],
    // Quiet events are inconclusive; everything else that is open is found below.
    ...["--inconclusive", "pass"],
  ]);
  if (run.stdout === "") throw new Error(`contract test ended with ${run.exitCode}: ${run.stderr}`);
  const report = JSON.parse(run.stdout) as RunReport;
  const bindings = report.modules.flatMap((module) =>
    module.bindings.filter(({ kind }) => module.module !== quiet || kind !== "event"),
  );
  const problem = problemOf(bindings);
  if (run.exitCode !== 0 || problem !== null) {
    throw new Error(
      `contract test ended with ${run.exitCode}, not 0. ${problem ?? ""}\n${run.stderr}`,
    );
  }
  const kept = bindings.flatMap((each) => each.laws).filter((law) => law.verdict === "pass");
  const { reference, mock } = report.totals.evidence;
  return {
    count: kept.length,
    ok: kept.length > 0,
    detail: `laws held by live services: ${reference} subjects of reference services, ${mock} of mocks`,
  };
}

/** What is not proven, or null. A law may be skipped for a reason; the main one of a binding may not. */
function problemOf(bindings: readonly BindingResult[]): string | null {
  for (const { pattern, kind, laws } of bindings) {
    const open = laws.find((law) => !isSettled(law));
    if (open !== undefined) {
      return `${open.law} on ${pattern}: ${open.reason ?? open.failure?.summary}`;
    }
    const main = laws.find((law) => law.law === mainLaws[kind]);
    if (main?.verdict !== "pass") return `${mainLaws[kind]} was not proven on ${pattern}`;
  }
  return null;
}

function isSettled({ verdict, reason }: LawResult): boolean {
  return verdict === "pass" || (verdict === "skipped" && reason !== null && reason !== "");
}
