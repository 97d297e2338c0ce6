import type { StateKey, StateRecord, UpdateStateRequest } from "@bodybroker/state/v1";
import { type Timestamp, timestampNow } from "@bufbuild/protobuf/wkt";
import { CharterError } from "@charter-nats/runtime";

/** A record with its version. A deleted one keeps counting. */
interface Stored {
  readonly record: StateRecord | null;
  readonly version: bigint;
  readonly updatedAt: Timestamp;
}

/** The records of players and entities, in memory. */
export interface StateStore {
  /** Throws `aborted` when the record is not at the expected version, `not_found` for nothing to delete. */
  write(request: UpdateStateRequest): { newVersion: bigint; updatedAt: Timestamp; isNew: boolean };
  /** Throws `not_found`. */
  read(key: StateKey): { record: StateRecord; version: bigint; updatedAt: Timestamp };
}

/** What a process of a test can hold. */
const mostRecords = 100_000;

export function createStateStore(): StateStore {
  const records = new Map<string, Stored>();
  return {
    write({ operation, expectedVersion }) {
      const isDelete = operation.case === "delete";
      const name = isDelete ? nameOfKey(operation.value) : nameOfRecord(operation.value);
      const stored = records.get(name);
      const current = stored === undefined || stored.record === null ? 0n : stored.version;
      if (expectedVersion !== undefined && expectedVersion !== current) {
        throw new CharterError(
          "aborted",
          `${name} is at version ${current}, and not at ${expectedVersion}; read it again`,
        );
      }
      if (isDelete && current === 0n) throw new CharterError("not_found", `there is no ${name}`);
      if (stored === undefined && records.size >= mostRecords) {
        throw new CharterError("resource_exhausted", `${mostRecords} records are stored`);
      }
      const newVersion = (stored?.version ?? 0n) + 1n;
      const updatedAt = timestampNow();
      const record = operation.case === "upsert" ? operation.value : null;
      records.set(name, { record, version: newVersion, updatedAt });
      return { newVersion, updatedAt, isNew: current === 0n };
    },
    read(key) {
      const name = nameOfKey(key);
      const stored = records.get(name);
      if (stored === undefined || stored.record === null) {
        throw new CharterError("not_found", `there is no ${name}`);
      }
      return { record: stored.record, version: stored.version, updatedAt: stored.updatedAt };
    },
  };
}

function nameOfKey({ target }: StateKey): string {
  return target.case === "playerId" ? `player ${target.value}` : `entity ${target.value ?? ""}`;
}

function nameOfRecord(record: StateRecord | undefined): string {
  const state = record?.state;
  return state?.case === "player"
    ? `player ${state.value.playerId}`
    : `entity ${state?.value?.entityId ?? ""}`;
}
