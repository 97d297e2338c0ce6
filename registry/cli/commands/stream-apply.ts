import type { CommandDefinition } from "../command.ts";
import type { StreamOptions } from "../streams/plan-stream.ts";
import { inConflict, moduleArgument, provision, provisioningOptions } from "./provisioning.ts";

export const streamApply: CommandDefinition<StreamOptions> = {
  name: "stream apply",
  summary: "provide the JetStream streams and consumers that the contracts need",
  details:
    "Does what `charter stream plan` shows, with the identity of an administrator: stubs never make streams or consumers. Deletes nothing, takes no subject away, and lets no stream keep less unless --allow-shorten says so. Running it again changes nothing. Where something is in conflict it does nothing, and ends with 100.",
  arguments: [moduleArgument],
  options: provisioningOptions,
  examples: ["charter stream apply", "charter stream apply bodybroker/world --replicas 3"],
  run: (context, references, flags) =>
    provision(context, references, flags, async (jsm, plan) => {
      if (inConflict(plan)) return { applied: false };
      const { applyPlan } = await import("../streams/apply-plan.ts");
      await applyPlan(jsm, plan);
      return { applied: true };
    }),
};
