import type { RunReport } from "../../../contract-tests/runner/report.ts";
import { charter } from "../charter-command.ts";
import type { Estate } from "../proof.ts";

/** Tests every live service against its contract, as a CI job would. */
export async function proveContractsPassed(estate: Estate) {
  const run = await charter(estate, ["contract", "test", "--format", "json"]);
  if (run.stdout === "") throw new Error(`contract test ended with ${run.exitCode}: ${run.stderr}`);
  const report = JSON.parse(run.stdout) as RunReport;
  const laws = report.modules.flatMap((module) =>
    module.bindings.flatMap((binding) => binding.laws.map((law) => ({ ...law, binding }))),
  );
  const bad = laws.find((law) => law.verdict !== "pass");
  if (run.exitCode !== 0 || bad !== undefined) {
    const why =
      bad === undefined
        ? ""
        : `${bad.law} on ${bad.binding.pattern}: ${bad.reason ?? bad.failure?.summary}`;
    throw new Error(`contract test ended with ${run.exitCode}, not 0. ${why}\n${run.stderr}`);
  }
  const { reference, mock } = report.totals.evidence;
  return {
    count: laws.length,
    ok: laws.length > 0,
    detail: `laws held by live services: ${reference} subjects of reference services, ${mock} of mocks`,
  };
}
