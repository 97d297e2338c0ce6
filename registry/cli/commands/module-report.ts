import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderReport } from "../render/report.ts";

export const moduleReport: CommandDefinition<NoFlags> = {
  name: "module report",
  summary: "print the report of an earlier check or push again, by its id",
  details:
    "The same text or JSON as when it was made, with the paths of the modules' own files. A registry keeps the newest 10,000 reports.",
  arguments: [new Argument("<id>", "the id that `module check --format json` shows")],
  examples: ["charter module report 3c9f1a52-0c1e-4a7e-9d0b-6b1f5a3e8d21"],
  async run(context, [id = ""]) {
    const registry = await context.registry();
    const report = await registry.report(id);
    return {
      exit: report.verdict === "rejected" ? "findings" : "done",
      json: report,
      text: (style) => renderReport(report, (_module, file) => file, style),
    };
  },
};
