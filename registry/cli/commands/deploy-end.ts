import { Argument, Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { checkEnvironment, parseBuildReference } from "./deployed-build.ts";

interface Flags {
  readonly in: string;
}

export const deployEnd: CommandDefinition<Flags> = {
  name: "deploy end",
  summary: "record that a participant, or one build of it, runs in an environment no more",
  details:
    "Ends what was recorded and what was observed. What the registry watches and still sees there is back with the next look.",
  arguments: [
    new Argument("<build>", "<participant>@<build>, or <participant> for all its builds"),
  ],
  options: [new Option("--in <environment>", "where it ran, such as prod").makeOptionMandatory()],
  examples: [
    "charter deploy end npc-gateway --in prod",
    "charter deploy end npc-gateway@7f3c2a1 --in prod",
  ],
  async run(context, [reference = ""], flags) {
    const { participant, build } = parseBuildReference(reference);
    const environment = checkEnvironment(flags.in);
    const registry = await context.registry();
    const named =
      build === null ? { environment, participant } : { environment, participant, build };
    const { ended } = await registry.endDeployment(named);
    return {
      exit: "done",
      json: { ended },
      text: () =>
        ended === 0
          ? `Nothing is known of ${reference} in ${environment}.`
          : `${reference} ended in ${environment}.`,
    };
  },
};
