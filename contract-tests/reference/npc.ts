import { createHash } from "node:crypto";
import { NpcBehaviorServiceContract, PlanRequestSchema } from "@bodybroker/npc/v1";
import { toBinary } from "@bufbuild/protobuf";
import {
  type Connection,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { planActions } from "./npc-plan.ts";

/** Serves NPC behaviour as its contract describes it, deterministically and without a model. */
export function startReference(
  nc: Connection,
  options: Pick<ServeOptions, "onError"> = {},
): Promise<RunningService> {
  return serve(
    nc,
    NpcBehaviorServiceContract,
    {
      plan(request) {
        // Planning the same moment again names the same plan.
        const moment = toBinary(PlanRequestSchema, {
          ...request,
          meta: undefined,
        } as typeof request);
        const planId = createHash("sha256").update(moment).digest("hex").slice(0, 32);
        return { planId, actions: planActions(request) };
      },
    },
    { ...options, evidence: "reference" },
  );
}
