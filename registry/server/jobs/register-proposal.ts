import { RegistryFailure } from "../../core/failure.ts";
import type { CheckReport, Verdict } from "../../core/gate/report.ts";
import { assess } from "./assess.ts";
import type { CheckPorts } from "./check-proposal.ts";
import { planRegistration } from "./plan-registration.ts";
import type { ProposedModule } from "./proposal.ts";
import { reportOf } from "./report.ts";

/** A registration that the gate refused; the report says why. */
export class RefusedRegistration extends RegistryFailure {
  readonly report: CheckReport;

  constructor(report: CheckReport) {
    const rejected = report.modules.filter((each) => each.verdict === "rejected");
    const count = rejected.reduce((sum, each) => sum + each.findings.length, 0);
    super(
      "BREAKING_CHANGE",
      `${rejected.map((each) => each.module).join(", ")}: ${count} finding(s) break the contract, so nothing was registered. Each finding of the report says what to do.`,
    );
    this.report = report;
  }
}

/** What a registration did. */
export interface Registered {
  readonly report: CheckReport;
  readonly releases: readonly { readonly module: string; readonly semver: string }[];
}

/**
 * Judges a proposal again, whatever a check said before, and registers all of it or nothing. What
 * this has returned from is durable. Repeating it registers nothing twice: head then holds the
 * revisions already.
 *
 * A policy that is set meanwhile has the last word: the proposal is judged once more, by that one.
 *
 * Registrations run one at a time; `afterCommit` runs in the same tick as the commit.
 *
 * @throws RefusedRegistration, or another RegistryFailure
 */
export async function registerProposal(
  ports: CheckPorts & { readonly afterCommit: () => void },
  proposal: readonly ProposedModule[],
): Promise<Registered> {
  const first = await judgeAndCommit(ports, proposal);
  const registered = first === "policy moved" ? await judgeAndCommit(ports, proposal) : first;
  if (registered !== "policy moved") return registered;
  throw new RegistryFailure(
    "POLICY_MOVED",
    "The policy was set twice while this proposal was judged, so nothing was registered. Check again, and push.",
  );
}

async function judgeAndCommit(
  ports: CheckPorts & { readonly afterCommit: () => void },
  proposal: readonly ProposedModule[],
): Promise<Registered | "policy moved"> {
  const assessment = await assess(ports, proposal);
  const now = ports.clock.now();
  const report = reportOf(ports.store, assessment, ports.newId(), now);
  ports.store.saveReport(report);
  if (verdictIs(report, "rejected")) throw new RefusedRegistration(report);
  if (verdictIs(report, "unchanged")) return { report, releases: [] };
  const plan = planRegistration(ports.store, assessment, now, ports.generator);
  const outcome = ports.store.commit(plan);
  if (outcome === "policy moved") return outcome;
  if (outcome === "baseline moved") {
    throw new RegistryFailure(
      "BASELINE_MOVED",
      "Someone else registered one of the modules while this proposal was judged. Check again, and push.",
    );
  }
  ports.afterCommit();
  return { report, releases: plan.releases.map(({ module, semver }) => ({ module, semver })) };
}

function verdictIs(report: CheckReport, verdict: Verdict): boolean {
  return report.verdict === verdict;
}
