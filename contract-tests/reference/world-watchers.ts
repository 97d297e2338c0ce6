import type { Entity, WatchWorldRequest, WatchWorldResponseSchema } from "@bodybroker/world/v1";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampNow } from "@bufbuild/protobuf/wkt";
import { CharterError } from "@charter-nats/runtime";
import { hasTags, type WorldChange, type WorldStore } from "./world-store.ts";

export type WatchedChange = MessageInitShape<typeof WatchWorldResponseSchema>;

/** Those who watch a world, and hear of its changes. */
export interface WorldWatchers {
  tell(change: WorldChange, occurredAt: Timestamp): void;
  /** Gives the entities as they are, and then each change, until nothing changes for a while. */
  watch(
    request: WatchWorldRequest,
    signal: AbortSignal,
    onWatched: () => void,
  ): AsyncIterable<WatchedChange>;
}

/** Who reads slower than this is told so, instead of holding the memory. */
const mostWaiting = 1000;

/**
 * @param quietMs A stream ends after that, since a reader that hears nothing takes the service for
 *   gone; it must be less than the deadline for the first frame
 */
export function createWorldWatchers(store: WorldStore, quietMs: number): WorldWatchers {
  const watchers = new Map<string, Set<(change: WorldChange, occurredAt: Timestamp) => void>>();
  return {
    tell(change, occurredAt) {
      for (const hear of watchers.get(change.worldId) ?? []) hear(change, occurredAt);
    },
    async *watch(request, signal, onWatched) {
      const { entities, revision } = store.entities(request.worldId);
      const waiting: WatchedChange[] = firstOf(request, entities, revision);
      let wake = () => {};
      const hear = (change: WorldChange, occurredAt: Timestamp) => {
        waiting.push(...changesFor(request, change, occurredAt));
        wake();
      };
      const all = watchers.get(request.worldId) ?? new Set();
      watchers.set(request.worldId, all.add(hear));
      try {
        onWatched();
        while (!signal.aborted) {
          if (waiting.length > mostWaiting) throw tooSlow();
          const next = waiting.shift();
          if (next !== undefined) yield next;
          else if (!(await isWoken(quietMs, signal, (callback) => (wake = callback)))) return;
        }
      } finally {
        all.delete(hear);
        if (all.size === 0) watchers.delete(request.worldId);
      }
    },
  };
}

function tooSlow(): CharterError {
  return new CharterError(
    "resource_exhausted",
    `${mostWaiting} changes wait for the reader; read the world again, and watch from there`,
  );
}

/** False when nothing came for so long, or nobody reads any more. */
function isWoken(
  quietMs: number,
  signal: AbortSignal,
  onWake: (callback: () => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isAwake: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      onWake(() => {});
      resolve(isAwake);
    };
    const leave = () => end(false);
    const timer = setTimeout(leave, quietMs);
    signal.addEventListener("abort", leave);
    onWake(() => end(true));
  });
}

/** A world that nobody has changed has nothing to show. */
function firstOf(
  request: WatchWorldRequest,
  entities: readonly Entity[],
  revision: bigint,
): WatchedChange[] {
  const occurredAt = timestampNow();
  return entities
    .filter((entity) => isWatched(request, entity))
    .map((entity) => ({ revision, occurredAt, change: { case: "entity", value: entity } }));
}

function changesFor(
  request: WatchWorldRequest,
  { revision, written, removed }: WorldChange,
  occurredAt: Timestamp,
): WatchedChange[] {
  const at = { revision, occurredAt };
  return [
    ...removed
      .filter((entity) => isWatched(request, entity))
      .map(
        ({ entityId }): WatchedChange => ({
          ...at,
          change: { case: "removedEntityId", value: entityId },
        }),
      ),
    ...written
      .filter((entity) => isWatched(request, entity))
      .map((entity): WatchedChange => ({ ...at, change: { case: "entity", value: entity } })),
  ];
}

function isWatched({ entityTypes, tags }: WatchWorldRequest, entity: Entity): boolean {
  const isOfType = entityTypes.length === 0 || entityTypes.includes(entity.entityType);
  return isOfType && hasTags(entity, tags);
}
