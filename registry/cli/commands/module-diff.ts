import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderDifferences } from "../render/differences.ts";
import type { NamedRevision } from "../revisions/named-revision.ts";

export const moduleDiff: CommandDefinition<NoFlags> = {
  name: "module diff",
  summary: "show what differs in meaning between two releases of a module",
  details:
    "Types, fields, rpcs, options and subjects that are new, changed or gone. Comments, order and layout are no difference. Says nothing of what breaks: that is `charter module check`.",
  arguments: [
    new Argument("<from>", "such as bodybroker/npc@1.0.0"),
    new Argument("[to]", "another release of the module (default: its newest)"),
  ],
  examples: [
    "charter module diff bodybroker/npc@1.0.0",
    "charter module diff bodybroker/npc@1.0.0 bodybroker/npc@1.2.0 --format json",
  ],
  async run(context, [fromText = "", toText]) {
    const { releaseRevisions } = await import("../revisions/release-revision.ts");
    const { compareDescriptors } = await import("../../core/diff/compare-descriptors.ts");
    const read = releaseRevisions(await context.registry());
    const from = await read(fromText, null);
    const to = await read(toText ?? from.module, from.module);
    if (from.module !== to.module) {
      throw new CommandFailure(
        "usage",
        `${from.module} and ${to.module} are two modules. Name two releases of one, such as ${from.module}@${from.label} and ${from.module}.`,
      );
    }
    const differences = compareDescriptors(from, to);
    const side = ({ module, label }: NamedRevision) => ({ module, label });
    return {
      exit: "done",
      json: { from: side(from), to: side(to), differences },
      text: (style) => {
        const body = renderDifferences(
          differences,
          ({ place }) => (place.side === "baseline" ? from : to).locate(place.file),
          style,
        );
        return `${style("bold", from.module)} ${from.label} → ${to.label}\n\n${body}`;
      },
    };
  },
};
