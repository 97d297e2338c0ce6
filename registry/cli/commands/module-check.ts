import { Argument, Option } from "commander";
import type { CheckReport } from "../../core/gate/report.ts";
import type { CommandDefinition, Context } from "../command.ts";
import { renderReport } from "../render/report.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { locating, moduleOption, type ProposingFlags, readProposed } from "./proposing.ts";

interface Flags extends ProposingFlags {
  readonly against: string;
}

export const moduleCheck: CommandDefinition<Flags> = {
  name: "module check",
  summary:
    "judge the modules of a buf.yaml against a registry, a git ref or a folder; registers nothing",
  details:
    "Prints each finding with its place, rule, the subjects it hits and the remedy. Ends with 100 when a module is rejected or does not compile. Against a git ref or a folder it needs no registry but buf on this machine; the report says what it could not look at.",
  arguments: [
    new Argument("[dir]", "the folder of the buf.yaml (default: the nearest one upwards)"),
  ],
  options: [
    new Option(
      "--against <baseline>",
      "registry, or without any server: a git ref such as main, or a folder such as ../main",
    ).default("registry"),
    moduleOption,
  ],
  examples: [
    "charter module check",
    "charter module check --module bodybroker/npc --format json",
    "charter module check --against origin/main",
  ],
  async run(context, [dir], flags) {
    const workspace = await readProposed(context, dir, flags);
    const report =
      flags.against === "registry"
        ? await checkOnline(context, workspace)
        : await checkOffline(context, workspace, flags.against);
    return {
      exit: report.verdict === "rejected" ? "findings" : "done",
      json: report,
      text: (style) => renderReport(report, workspace.locate, style),
    };
  },
};

async function checkOnline(context: Context, workspace: Workspace): Promise<CheckReport> {
  const registry = await context.registry();
  context.progress(`Checking ${workspace.proposal.modules.length} modules at ${registry.url} …`);
  return locating(workspace, () => registry.check(workspace.proposal));
}

async function checkOffline(
  context: Context,
  workspace: Workspace,
  against: string,
): Promise<CheckReport> {
  const { checkOffline: check } = await import("../offline/check-offline.ts");
  context.progress(`Checking ${workspace.proposal.modules.length} modules against ${against} …`);
  return check(context, workspace, against);
}
