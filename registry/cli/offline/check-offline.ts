import type { CheckReport, ModuleReport } from "../../core/gate/report.ts";
import { checkProposal } from "../../server/jobs/check-proposal.ts";
import type { Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { type BaselineWorkspace, readBaseline } from "../workspace/baseline.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { judging, keepAsHeads, localPorts } from "./local-registry.ts";

/**
 * Judges a workspace against a git ref or a folder, without a registry: what is there becomes the
 * heads of a registry in memory, and the registry's own job checks the proposal.
 *
 * @param against `main`, `v1.2.0`, `../other-checkout`
 * @throws CommandFailure when one of the two cannot be read or compiled, or there is no buf
 */
export async function checkOffline(
  context: Context,
  workspace: Workspace,
  against: string,
): Promise<CheckReport> {
  const { cwd, env } = context;
  const [ports, baseline] = await Promise.all([
    localPorts(context, workspace.folder),
    readBaseline({ cwd, env, folder: workspace.folder }, against),
  ]);
  const { name } = baseline;
  const old = baseline.workspace;
  if (old !== null) {
    await judging(name, old.locate, () => keepAsHeads(ports, old)).catch((error) => {
      throw atBaseline(error, name);
    });
  }
  const report = await judging(name, workspace.locate, () =>
    checkProposal(ports, workspace.proposal.modules),
  );
  return {
    ...report,
    partial: notLookedAt(baseline, workspace),
    modules: report.modules.map((module) => named(module, name)),
  };
}

/** The baseline is what the user calls it; what version comes next, only a registry knows. */
function named(module: ModuleReport, name: string): ModuleReport {
  return {
    ...module,
    semver: null,
    baselines: module.baselines.map((each) => ({ ...each, semver: name })),
    findings: module.findings.map((each) => ({ ...each, breaks: each.breaks.map(() => name) })),
  };
}

function notLookedAt({ name, workspace: old }: BaselineWorkspace, now: Workspace): string {
  const gone = (old?.names ?? []).filter((each) => !now.names.includes(each));
  const sentences = [
    `only ${name} was compared with, by the built-in policy. Not looked at: the releases of a registry and the numbers that they used, what runs somewhere, what consumers use, what streams keep, announced retirements, modules that are not in this workspace, the registry's policy and its grammar of subjects.`,
    ...(old === null ? [`${name} has no buf.yaml here, so every module is new.`] : []),
    ...(gone.length === 0
      ? []
      : [
          `In ${name}, and not in this workspace: ${gone.join(", ")}. Leaving a module out deletes nothing.`,
        ]),
  ];
  return sentences.join(" ");
}

/** What is wrong in the baseline is no finding against the proposal. */
function atBaseline(error: unknown, name: string): unknown {
  if (!(error instanceof CommandFailure) || error.exit !== "findings") return error;
  return new CommandFailure(
    "usage",
    `Nothing can be compared with ${name}: ${error.message} Name another ref or folder.`,
    { places: error.places, cause: error },
  );
}
