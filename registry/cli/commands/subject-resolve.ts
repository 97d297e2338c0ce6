import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderResolution } from "../render/subject.ts";

export const subjectResolve: CommandDefinition<NoFlags> = {
  name: "subject resolve",
  summary: "find the contract of a subject: its messages, version, package and owner",
  details: "Takes a subject or a pattern. Ends with 100 and the nearest patterns when none fits.",
  arguments: [new Argument("<subject>", "such as ai.world.state.update.v1.world-42")],
  examples: [
    "charter subject resolve ai.world.state.update.v1.world-42",
    "charter subject resolve 'ai.world.state.update.v1.{world_id}' --format json",
  ],
  async run(context, [subject = ""]) {
    const resolution = await (await context.registry()).resolve(subject);
    return {
      exit: "done",
      json: resolution,
      text: (style) => renderResolution(resolution, style),
    };
  },
};
