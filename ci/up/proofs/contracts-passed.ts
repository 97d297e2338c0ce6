import { charter } from "../charter-command.ts";
import type { Estate } from "../proof.ts";

/** Tests every live service against its contract, as a CI job would. */
export async function proveContractsPassed(estate: Estate) {
  const run = await charter(estate, ["contract", "test", "--format", "json"]);
  const count = run.stdout === "" ? 0 : passedLaws(JSON.parse(run.stdout));
  const ok = run.exitCode === 0 && count > 0;
  return {
    count,
    ok,
    detail: ok
      ? "laws held by live services (npc and state are references, the others mocks)"
      : `contract test ended with ${run.exitCode}; expected 0: ${run.stderr}`,
  };
}

/** Every verdict `pass` in a report, wherever it stands. */
function passedLaws(report: unknown): number {
  if (Array.isArray(report)) return report.reduce<number>((sum, each) => sum + passedLaws(each), 0);
  if (report === null || typeof report !== "object") return 0;
  const own = "law" in report && "verdict" in report && report.verdict === "pass" ? 1 : 0;
  return own + passedLaws(Object.values(report));
}
