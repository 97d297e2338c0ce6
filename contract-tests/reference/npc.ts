import { createHash } from "node:crypto";
import {
  NpcBehaviorServiceContract,
  NpcPlannedContract,
  PlanRequestSchema,
} from "@bodybroker/npc/v1";
import { toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import {
  type Connection,
  publish,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { planActions } from "./npc-plan.ts";
import { createOutbox, printError, publishMs, withOutbox } from "./outbox.ts";

/**
 * Serves NPC behaviour as its contract describes it, deterministically and without a model, and
 * publishes each plan into its stream.
 */
export async function startReference(
  nc: Connection,
  { onError = printError }: Pick<ServeOptions, "onError"> = {},
): Promise<RunningService> {
  const outbox = createOutbox((error) => onError(error, "the events of plans"));
  const service = await serve(
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
        const plan = { planId, actions: planActions(request) };
        const event = { ...plan, npcId: request.npcId, occurredAt: timestampNow() };
        outbox.add(() => publish(nc, NpcPlannedContract, event, { deadlineMs: publishMs }));
        return plan;
      },
    },
    { onError, evidence: "reference" },
  );
  return withOutbox(service, outbox);
}
