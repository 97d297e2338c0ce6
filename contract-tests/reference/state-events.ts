import {
  EntityUpdatedContract,
  PlayerUpdatedContract,
  StateChange,
  type UpdateStateRequest,
} from "@bodybroker/state/v1";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type Connection, publish } from "@charter-nats/runtime";
import { publishMs } from "./outbox.ts";

/** What a write did to a record. */
interface Written {
  readonly newVersion: bigint;
  readonly updatedAt: Timestamp;
  readonly isNew: boolean;
}

const options = { deadlineMs: publishMs };

/** Publishes the event of a write: that of a player, or that of an entity. */
export async function publishWritten(
  nc: Connection,
  operation: UpdateStateRequest["operation"],
  { newVersion: version, updatedAt: occurredAt, isNew }: Written,
): Promise<void> {
  const change = isNew ? StateChange.CREATED : StateChange.UPDATED;
  if (operation.case === "delete") {
    const at = { change: StateChange.DELETED, version, occurredAt };
    const { target } = operation.value;
    if (target.case === "playerId") {
      await publish(nc, PlayerUpdatedContract, { ...at, playerId: target.value }, options);
    } else if (target.case === "entityId") {
      await publish(nc, EntityUpdatedContract, { ...at, entityId: target.value }, options);
    }
    return;
  }
  const state = operation.value?.state;
  const at = { change, version, occurredAt };
  if (state?.case === "player") {
    const { value } = state;
    const event = { ...at, playerId: value.playerId, state: value };
    await publish(nc, PlayerUpdatedContract, event, options);
  } else if (state?.case === "entity") {
    const { value } = state;
    const event = { ...at, entityId: value.entityId, state: value };
    await publish(nc, EntityUpdatedContract, event, options);
  }
}
