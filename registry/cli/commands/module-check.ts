import { Argument, Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { renderReport } from "../render/report.ts";
import { locating, moduleOption, type ProposingFlags, readProposed } from "./proposing.ts";

interface Flags extends ProposingFlags {
  readonly against: "registry";
}

export const moduleCheck: CommandDefinition<Flags> = {
  name: "module check",
  summary: "judge the modules of a buf.yaml against what is registered; registers nothing",
  details:
    "Prints each finding with its place, rule, the subjects it hits and the remedy. Ends with 100 when a module is rejected or does not compile.",
  arguments: [
    new Argument("[dir]", "the folder of the buf.yaml (default: the nearest one upwards)"),
  ],
  options: [
    new Option("--against <baseline>", "what to compare with")
      .choices(["registry"])
      .default("registry"),
    moduleOption,
  ],
  examples: ["charter module check", "charter module check --module bodybroker/npc --format json"],
  async run(context, [dir], flags) {
    const workspace = await readProposed(context, dir, flags);
    const registry = await context.registry();
    context.progress(`Checking ${workspace.proposal.modules.length} modules at ${registry.url} …`);
    const report = await locating(workspace, () => registry.check(workspace.proposal));
    return {
      exit: report.verdict === "rejected" ? "findings" : "done",
      json: report,
      text: (style) => renderReport(report, workspace.locate, style),
    };
  },
};
