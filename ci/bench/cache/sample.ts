import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type GetWorldRequestSchema,
  type GetWorldResponseSchema,
  WorldServiceContract,
} from "../../../contract-tests/node_modules/@bodybroker/world/dist/esm/v1/index.js";

/**
 * The contract of the calls that are measured, cached longer than the measurement takes: what is
 * missed was never asked for, or had no room. The rest is the customer's policy.
 */
export const worldContract = {
  ...WorldServiceContract,
  methods: {
    getWorld: {
      ...WorldServiceContract.methods.getWorld,
      deadlineMs: 5000,
      cache: {
        ttlMs: 600_000,
        invalidatedBy: [
          "ai.world.state.update.v1.{world_id}",
          "ai.world.entity.updated.v1.{world_id}",
        ],
        ignores: ["request_id", "client_id", "user_id", "idempotency_key", "labels"].map(
          (field) => `meta.${field}`,
        ),
      },
    },
  },
};

let requests = 0;

/** Asks for one of many worlds. Each request has an id of its own, as an application's have. */
export function worldRequest(world: number): MessageInitShape<typeof GetWorldRequestSchema> {
  return {
    meta: { requestId: `r-${requests++}`, clientId: "quest-7f9c", userId: "user-4711" },
    worldId: `world-${world}`,
  };
}

/** About 200 bytes. */
export function worldResponse(): MessageInitShape<typeof GetWorldResponseSchema> {
  const entities = ["door-1", "guard-2", "wolf-3"].map((entityId, place) => ({
    entityId,
    entityType: entityId.slice(0, -2),
    position: { x: 12.5 + place, y: 3, z: -7.25 },
    tags: ["north", "watched"],
  }));
  return { entities, flags: { alarm: true, curfew: false }, revision: 42n, page: {} };
}
