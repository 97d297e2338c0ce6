import { Argument } from "commander";
import { rulePage } from "../../core/gate/rule-page.ts";
import { rules } from "../../core/gate/rules.ts";
import { nearestWords } from "../../core/nearest-words.ts";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Style } from "../render/style.ts";

export const explain: CommandDefinition<NoFlags> = {
  name: "explain",
  summary:
    "say what a rule of the gate means, with an example and what to do about it; needs no registry",
  arguments: [new Argument("<rule>", "such as FIELD_SAME_TYPE")],
  examples: ["charter explain FIELD_SAME_TYPE"],
  async run(_context, [text = ""]) {
    const id = text.toUpperCase();
    const rule = rules.get(id);
    if (rule === undefined) {
      const nearest = nearestWords(id, rules.keys()).join(", ");
      throw new CommandFailure("usage", `There is no rule "${text}". The nearest are ${nearest}.`);
    }
    return { exit: "done", json: { rule }, text: (style) => renderPage(rulePage(rule), style) };
  },
};

/** The page as it is, its headings bold. */
function renderPage(page: string, style: Style): string {
  return page.replace(/^#+ .*$/gm, (heading) => style("bold", heading));
}
