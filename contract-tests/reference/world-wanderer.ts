import { type Entity, EntitySchema, type WatchWorldRequest } from "@bodybroker/world/v1";
import { create } from "@bufbuild/protobuf";

/** What a wanderer does to its world. */
export interface Stage {
  write(entity: Entity): void;
  remove(entityId: string): void;
}

const steps = 3;
const stepMs = 5;

/**
 * Worlds are alive while somebody watches: a wanderer of the kind that is looked for comes, walks a
 * few steps, and goes.
 */
export async function wander(
  { entityTypes, tags }: WatchWorldRequest,
  entityId: string,
  stage: Stage,
): Promise<void> {
  const [entityType = "wanderer"] = entityTypes;
  for (let step = 0; step < steps; step++) {
    stage.write(create(EntitySchema, { entityId, entityType, tags, position: { x: step } }));
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  stage.remove(entityId);
}
