import { Argument, Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { renderBindings } from "../render/subject.ts";

interface Flags {
  readonly kind?: string;
}

export const subjectList: CommandDefinition<Flags> = {
  name: "subject list",
  summary: "list the bound subject patterns",
  arguments: [new Argument("[filter]", "a NATS wildcard such as 'ai.npc.>' (quote it)")],
  options: [
    new Option("--kind <kind>", "only this kind").choices(["request", "streaming", "event"]),
  ],
  examples: ["charter subject list", "charter subject list 'ai.*.state.>' --kind event"],
  async run(context, [match], { kind }) {
    const subjects = await (await context.registry()).subjects({
      ...(match === undefined ? {} : { match }),
      ...(kind === undefined ? {} : { kind }),
    });
    return {
      exit: "done",
      json: { subjects },
      text: (style) =>
        subjects.length === 0 ? "No bound subject fits." : renderBindings(subjects, style),
    };
  },
};
