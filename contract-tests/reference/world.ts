import {
  UpdateMode,
  type UpdateWorldRequest,
  UpdateWorldRequestSchema,
  type UpdateWorldResponse,
  type WatchWorldRequest,
  WorldServiceContract,
} from "@bodybroker/world/v1";
import { toBinary } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import {
  type Connection,
  type Handlers,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { nuid } from "@nats-io/nats-core";
import { createFirstAnswers } from "./first-answers.ts";
import { createOutbox, printError, withOutbox } from "./outbox.ts";
import { publishChange } from "./world-events.ts";
import { createWorldStore, type WorldChange } from "./world-store.ts";
import { wander } from "./world-wanderer.ts";
import { createWorldWatchers } from "./world-watchers.ts";

export interface WorldOptions extends Pick<ServeOptions, "onError"> {
  /** A stream of changes ends after so long without any, in milliseconds; 50 without it. */
  readonly quietMs?: number;
}

/** The contract gives 1000 ms for the first frame, which a quiet world does not have. */
const usualQuietMs = 50;

type Answer = Pick<UpdateWorldResponse, "entitiesChanged" | "flagsChanged" | "revision">;

/**
 * Serves worlds as their contract describes them, in memory, and publishes the events of each change
 * into their stream.
 */
export async function startReference(
  nc: Connection,
  { quietMs = usualQuietMs, onError = printError }: WorldOptions = {},
): Promise<RunningService> {
  const store = createWorldStore();
  const watchers = createWorldWatchers(store, quietMs);
  const outbox = createOutbox((error) => onError(error, "the events of worlds"));
  const tell = (change: WorldChange): number => {
    const changes = change.written.length + change.removed.length;
    if (changes + Object.keys(change.flags).length > 0) {
      const occurredAt = timestampNow();
      publishChange(nc, outbox, change, occurredAt);
      watchers.tell(change, occurredAt);
    }
    return changes;
  };
  const answers = createFirstAnswers<Answer>();
  const update = (request: UpdateWorldRequest): Answer => {
    const change = store.update(request);
    const flagsChanged = Object.keys(change.flags).length;
    return { entitiesChanged: tell(change), flagsChanged, revision: change.revision };
  };
  const comeAlive = (request: WatchWorldRequest) => {
    const { worldId } = request;
    const at = { worldId, flags: {}, mode: UpdateMode.MERGE };
    wander(request, `wanderer-${nuid.next()}`, {
      write: (entity) => tell(store.update({ ...at, entities: [entity] })),
      remove: (entityId) => tell(store.remove(worldId, entityId)),
    }).catch((error: unknown) => onError(error, worldId));
  };
  const handlers: Handlers<typeof WorldServiceContract> = {
    updateWorld(request) {
      const key = request.meta?.idempotencyKey ?? "";
      return key === ""
        ? update(request)
        : answers.answer(key, bodyOf(request), () => update(request));
    },
    getWorld: (request) => store.read(request),
    watchWorld: (request, { signal }) => watchers.watch(request, signal, () => comeAlive(request)),
  };
  const service = await serve(nc, WorldServiceContract, handlers, {
    onError,
    evidence: "reference",
  });
  return withOutbox(service, outbox);
}

/** Of the whole change: who asks, and how often, does not matter. */
function bodyOf(request: UpdateWorldRequest): string {
  const { meta: _, ...body } = request;
  return Buffer.from(toBinary(UpdateWorldRequestSchema, body)).toString("base64");
}
