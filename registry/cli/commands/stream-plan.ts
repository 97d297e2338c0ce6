import type { CommandDefinition } from "../command.ts";
import type { StreamOptions } from "../streams/plan-stream.ts";
import { moduleArgument, provision, provisioningOptions } from "./provisioning.ts";

export const streamPlan: CommandDefinition<StreamOptions> = {
  name: "stream plan",
  summary: "show what the JetStream streams and consumers of the contracts lack on the server",
  details:
    "Compares the events that the registry has, and the `consumers` of charter.yaml, with NATS. Changes nothing. Ends with 0 whether there is something to do or not, and with 100 when something is in conflict, such as a subject that another stream takes.",
  arguments: [moduleArgument],
  options: provisioningOptions,
  examples: ["charter stream plan", "charter stream plan bodybroker/world --format json"],
  run: (context, references, flags) =>
    provision(context, references, flags, async () => ({ applied: false })),
};
