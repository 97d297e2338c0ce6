import {
  type Entity,
  EntitySchema,
  type GetWorldRequest,
  UpdateMode,
  type UpdateWorldRequest,
} from "@bodybroker/world/v1";
import { equals } from "@bufbuild/protobuf";
import { CharterError } from "@charter-nats/runtime";

/** What one update changed. */
export interface WorldChange {
  readonly worldId: string;
  /** How many changes the world has seen, this one included. */
  readonly revision: bigint;
  /** Entities that came or are different, as they are now. */
  readonly written: readonly Entity[];
  readonly removed: readonly Entity[];
  /** Flags that are different, as they are now; one that is gone is off. */
  readonly flags: Readonly<Record<string, boolean>>;
}

interface World {
  entities: ReadonlyMap<string, Entity>;
  flags: ReadonlyMap<string, boolean>;
  revision: bigint;
}

/** The worlds, in memory. */
export interface WorldStore {
  /** Nothing is changed by what is there already. Throws `resource_exhausted`. */
  update(request: Pick<UpdateWorldRequest, "worldId" | "entities" | "flags" | "mode">): WorldChange;
  /** Takes one entity out of a world. Throws `not_found`. */
  remove(worldId: string, entityId: string): WorldChange;
  /** Throws `not_found`. */
  read(request: GetWorldRequest): WorldPage;
  /** The entities of a world, in the order of their ids. Throws `not_found`. */
  entities(worldId: string): { readonly entities: readonly Entity[]; readonly revision: bigint };
}

export interface WorldPage {
  readonly entities: Entity[];
  readonly flags: Record<string, boolean>;
  readonly revision: bigint;
  readonly page: { readonly nextCursor: string; readonly total: bigint };
}

/** What a process of a test can hold. */
const mostWorlds = 10_000;
const mostEntities = 10_000;
/** More do not fit in a reply: `GetWorldResponse.flags`. */
const mostFlags = 256;
/** `GetWorldResponse.entities`. */
const mostOnPage = 200;

export function createWorldStore(): WorldStore {
  const worlds = new Map<string, World>();
  const known = (worldId: string): World => {
    const world = worlds.get(worldId);
    if (world === undefined) throw new CharterError("not_found", `there is no world ${worldId}`);
    return world;
  };
  return {
    update(request) {
      const { worldId } = request;
      const before = worlds.get(worldId) ?? { entities: new Map(), flags: new Map(), revision: 0n };
      if (!worlds.has(worldId) && worlds.size >= mostWorlds) {
        throw new CharterError("resource_exhausted", `${mostWorlds} worlds are stored`);
      }
      const entities = merged(request, before.entities, entriesOf(request));
      const flags = merged(request, before.flags, Object.entries(request.flags));
      if (entities.size > mostEntities || flags.size > mostFlags) {
        throw new CharterError(
          "resource_exhausted",
          `a world holds at most ${mostEntities} entities and ${mostFlags} flags; replace what it has`,
        );
      }
      const change = changeOf(worldId, before, { entities, flags });
      worlds.set(worldId, { entities, flags, revision: change.revision });
      return change;
    },
    remove(worldId, entityId) {
      const before = known(worldId);
      const entities = new Map(before.entities);
      entities.delete(entityId);
      const change = changeOf(worldId, before, { entities, flags: before.flags });
      worlds.set(worldId, { ...before, entities, revision: change.revision });
      return change;
    },
    read(request) {
      const { flags, revision, entities } = known(request.worldId);
      const all = sorted(entities).filter((entity) => isWanted(request, entity));
      const { size = 0, cursor = "" } = request.page ?? {};
      const rest = all.filter((entity) => cursor === "" || entity.entityId > cursor);
      const page = rest.slice(0, size === 0 ? mostOnPage : size);
      const nextCursor = page.length < rest.length ? (page.at(-1)?.entityId ?? "") : "";
      return {
        entities: page,
        flags: Object.fromEntries(flags),
        revision,
        page: { nextCursor, total: BigInt(all.length) },
      };
    },
    entities(worldId) {
      const { entities, revision } = known(worldId);
      return { entities: sorted(entities), revision };
    },
  };
}

/** Whether an entity carries all tags of a request. */
export function hasTags(entity: Entity, tags: readonly string[]): boolean {
  return tags.every((tag) => entity.tags.includes(tag));
}

function isWanted({ entityIds, tags }: GetWorldRequest, entity: Entity): boolean {
  return (entityIds.length === 0 || entityIds.includes(entity.entityId)) && hasTags(entity, tags);
}

function entriesOf({ entities }: Pick<UpdateWorldRequest, "entities">): [string, Entity][] {
  return entities.map((entity) => [entity.entityId, entity]);
}

function merged<T>(
  { mode }: Pick<UpdateWorldRequest, "mode">,
  before: ReadonlyMap<string, T>,
  entries: readonly (readonly [string, T])[],
): ReadonlyMap<string, T> {
  return new Map(mode === UpdateMode.REPLACE ? entries : [...before, ...entries]);
}

function changeOf(
  worldId: string,
  before: World,
  after: Pick<World, "entities" | "flags">,
): WorldChange {
  const written = sorted(after.entities).filter((entity) => {
    const old = before.entities.get(entity.entityId);
    return old === undefined || !equals(EntitySchema, old, entity);
  });
  const removed = sorted(before.entities).filter(({ entityId }) => !after.entities.has(entityId));
  const names = new Set([...before.flags.keys(), ...after.flags.keys()]);
  const flags = Object.fromEntries(
    [...names]
      .filter((name) => before.flags.get(name) !== after.flags.get(name))
      .map((name) => [name, after.flags.get(name) ?? false]),
  );
  const isChanged = written.length + removed.length + Object.keys(flags).length > 0;
  const revision = before.revision + (isChanged ? 1n : 0n);
  return { worldId, revision, written, removed, flags };
}

function sorted(entities: ReadonlyMap<string, Entity>): Entity[] {
  return [...entities.values()].sort((a, b) => (a.entityId < b.entityId ? -1 : 1));
}
