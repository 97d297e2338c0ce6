import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  NpcBehaviorServiceContract,
  type NpcPlannedSchema,
  type PlanRequestSchema,
  type PlanResponseSchema,
} from "../../../contract-tests/node_modules/@bodybroker/npc/dist/esm/v1/index.js";
import type { HourChangedSchema } from "../../../contract-tests/node_modules/@bodybroker/time/dist/esm/v1/index.js";

const { plan } = NpcBehaviorServiceContract.methods;

/**
 * The contract of the calls that are measured. Its deadline of 50 ms is meant for a service that is
 * not driven to its limit; another one for a call would cost a header.
 */
export const npcContract = {
  ...NpcBehaviorServiceContract,
  methods: { plan: { ...plan, deadlineMs: 5000 } },
};

// Made anew for each call, as an application does it. About 200 bytes each.

export function planRequest(): MessageInitShape<typeof PlanRequestSchema> {
  return {
    meta: { requestId: "r-0123456789abcdef", clientId: "quest-7f9c", userId: "user-4711" },
    npcId: "npc-0815",
    situation: {
      position: { x: 12.5, y: 3, z: -7.25 },
      healthPercent: 80,
      threats: [{ entityId: "wolf-1", distance: 12.5, severity: 0.75 }],
      nearbyEntityIds: ["gate-1", "guard-2", "guard-3"],
      goal: "guard the northern gate",
    },
    worldState: { worldId: "world-42", flags: { alarm: true } },
  };
}

export function planResponse(): MessageInitShape<typeof PlanResponseSchema> {
  return { planId: "plan-0123456789abcdef", actions: actions() };
}

export function npcPlanned(): MessageInitShape<typeof NpcPlannedSchema> {
  const occurredAt = { seconds: 1_800_000_000n, nanos: 0 };
  return { npcId: "npc-0815", planId: "plan-0123456789abcdef", actions: actions(), occurredAt };
}

export function hourChanged(): MessageInitShape<typeof HourChangedSchema> {
  const occurredAt = { seconds: 1_800_000_000n, nanos: 0 };
  return { worldId: "world-42", gameTime: { day: 12, timeOfDay: { seconds: 3600n } }, occurredAt };
}

function actions(): NonNullable<MessageInitShape<typeof PlanResponseSchema>["actions"]> {
  const destination = { x: 12.5, y: 3, z: -7.25 };
  return [
    { act: { case: "move", value: { destination, speed: 2 } } },
    {
      act: {
        case: "speak",
        value: { text: "Who goes there, so late at night?", listenerId: "p-1" },
      },
    },
    { act: { case: "interact", value: { entityId: "gate-1", verb: "close" } } },
  ];
}
