import { Argument } from "commander";
import { catalogue } from "../../../contract-tests/catalogue/catalogue.ts";
import { lawPage } from "../../../contract-tests/catalogue/law-page.ts";
import { rulePage } from "../../core/gate/rule-page.ts";
import { rules } from "../../core/gate/rules.ts";
import { nearestWords } from "../../core/nearest-words.ts";
import type { CommandDefinition, NoFlags, Outcome } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Style } from "../render/style.ts";
import { renderTable } from "../render/table.ts";

export const explain: CommandDefinition<NoFlags> = {
  name: "explain",
  summary:
    "say what a rule of the gate or a law of the contract tests means, with an example and what to do about it; needs no registry",
  details: "Lists all rules and laws when none is named.",
  arguments: [new Argument("[rule or law]", "such as FIELD_SAME_TYPE or R2")],
  examples: ["charter explain", "charter explain FIELD_SAME_TYPE", "charter explain R2"],
  async run(_context, [text]) {
    if (text === undefined) return everything();
    const id = text.toUpperCase();
    const law = catalogue.get(id);
    if (law !== undefined) return page({ law }, lawPage(law));
    const rule = rules.get(id);
    if (rule !== undefined) return page({ rule }, rulePage(rule));
    throw new CommandFailure("usage", unknown(text));
  },
};

function unknown(text: string): string {
  const id = text.toUpperCase();
  if (/^[A-Z]\d+$/.test(id)) {
    return `There is no law "${text}". The laws are ${[...catalogue.keys()].join(", ")}.`;
  }
  const nearest = nearestWords(id, rules.keys()).join(", ");
  return `There is no rule "${text}". The nearest are ${nearest}.`;
}

function page(json: object, markdown: string): Outcome {
  return { exit: "done", json, text: (style) => renderPage(markdown, style) };
}

/** The page as it is, its headings bold. */
function renderPage(markdown: string, style: Style): string {
  return markdown.replace(/^#+ .*$/gm, (heading) => style("bold", heading));
}

function everything(): Outcome {
  const laws = [...catalogue.values()].map(({ id, title }) => ({ id, title }));
  const all = [...rules.values()].map(({ id, tier, summary }) => ({ id, tier, summary }));
  return {
    exit: "done",
    json: { laws, rules: all },
    text: (style) =>
      [
        renderTable(
          ["LAW", "A SERVICE THAT KEEPS IT"],
          laws.map(({ id, title }) => [id, title]),
          style,
        ),
        renderTable(
          ["RULE", "TIER", "WHAT IT FINDS"],
          all.map(({ id, tier, summary }) => [id, tier, summary]),
          style,
        ),
      ].join("\n\n"),
  };
}
