import { WorldEntityUpdatedContract, WorldStateUpdatedContract } from "@bodybroker/world/v1";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type Connection, publish } from "@charter-nats/runtime";
import { type Outbox, publishMs } from "./outbox.ts";
import type { WorldChange } from "./world-store.ts";

/** `WorldStateUpdated.changed_entity_ids`. */
const mostIds = 200;
const options = { deadlineMs: publishMs };

/** Publishes the events of a change: one of the world, and one of each entity that is there. */
export function publishChange(
  nc: Connection,
  outbox: Outbox,
  { worldId, revision, written, removed, flags }: WorldChange,
  occurredAt: Timestamp,
): void {
  const ids = [...written, ...removed].map(({ entityId }) => entityId);
  for (let at = 0; at === 0 || at < ids.length; at += mostIds) {
    const changedEntityIds = ids.slice(at, at + mostIds);
    const event = { worldId, revision, changedEntityIds, flags, occurredAt };
    outbox.add(() => publish(nc, WorldStateUpdatedContract, event, options));
  }
  for (const entity of written) {
    const event = { worldId, entity, revision, occurredAt };
    outbox.add(() => publish(nc, WorldEntityUpdatedContract, event, options));
  }
}
