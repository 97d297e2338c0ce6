import type { CheckReport } from "../../core/gate/report.ts";
import { type AssessPorts, assess } from "./assess.ts";
import type { ProposedModule } from "./proposal.ts";
import { reportOf } from "./report.ts";

/** What checking asks of the outside. */
export interface CheckPorts extends AssessPorts {
  /** What generates stub packages now. */
  readonly generator: string;
  /** An id that nobody can guess. */
  newId(): string;
}

/** Judges a proposal. Nothing is stored but the report. */
export async function checkProposal(
  ports: CheckPorts,
  proposal: readonly ProposedModule[],
): Promise<CheckReport> {
  const assessment = await assess(ports, proposal);
  const report = reportOf(ports.store, assessment, ports.newId(), ports.clock.now());
  ports.store.saveReport(report);
  return report;
}
