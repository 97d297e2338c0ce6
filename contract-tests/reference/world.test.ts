import {
  UpdateMode,
  WorldEntityUpdatedContract,
  WorldServiceContract,
  WorldStateUpdatedContract,
} from "@bodybroker/world/v1";
import { type Client, createClient, type RunningService, subscribe } from "@charter-nats/runtime";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { startReference } from "./world.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let service: RunningService;
let client: Client<typeof WorldServiceContract>;

beforeEach(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url });
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: "WORLD_EVENTS", subjects: ["ai.world.*.*.v1.*"] });
  service = await startReference(nc);
  client = createClient(WorldServiceContract, nc);
});

afterEach(async () => {
  await service.stop();
  await nc.close();
  await server.stop();
});

const meta = { requestId: "r1" };
const worldId = "w1";
const door = { entityId: "door", entityType: "door", tags: ["locked"] };
const guard = { entityId: "guard", entityType: "person" };

const merge = (change: object, more: object = {}) =>
  client.updateWorld({ meta: { ...meta, ...more }, worldId, mode: UpdateMode.MERGE, ...change });

it("counts only what is different, and keeps or takes away what is not named", async () => {
  expect(await merge({ entities: [door, guard], flags: { curfew: true } })).toMatchObject({
    entitiesChanged: 2,
    flagsChanged: 1,
    revision: 1n,
  });
  expect(await merge({ entities: [door] })).toMatchObject({ entitiesChanged: 0, revision: 1n });
  const replaced = { meta, worldId, mode: UpdateMode.REPLACE, entities: [door] };
  expect(await client.updateWorld(replaced)).toMatchObject({
    entitiesChanged: 1,
    flagsChanged: 1,
    revision: 2n,
  });
  expect(await client.getWorld({ meta, worldId })).toMatchObject({
    entities: [{ entityId: "door" }],
    flags: {},
    revision: 2n,
  });
});

it("reads by id, tag and page, and knows no world that nobody wrote", async () => {
  await expect(client.getWorld({ meta, worldId })).rejects.toMatchObject({ code: "not_found" });
  await merge({ entities: [guard, door] });
  const read = async (more: object) => {
    const { entities, page } = await client.getWorld({ meta, worldId, ...more });
    return [entities.map(({ entityId }) => entityId), page?.nextCursor, page?.total];
  };
  expect(await read({})).toEqual([["door", "guard"], "", 2n]);
  expect(await read({ tags: ["locked"] })).toEqual([["door"], "", 1n]);
  expect(await read({ entityIds: ["guard", "nobody"] })).toEqual([["guard"], "", 1n]);
  expect(await read({ page: { size: 1 } })).toEqual([["door"], "door", 2n]);
  expect(await read({ page: { size: 1, cursor: "door" } })).toEqual([["guard"], "", 2n]);
});

it("gives the first answer again for the same idempotency key", async () => {
  const write = () => merge({ entities: [door] }, { idempotencyKey: "k1" });
  expect(await write()).toEqual(await write());
  await expect(merge({ entities: [guard] }, { idempotencyKey: "k1" })).rejects.toMatchObject({
    code: "already_exists",
  });
});

it("publishes an event of the world and of each entity, in order, and none of what changes nothing", async () => {
  const worlds = await subscribe(nc, WorldStateUpdatedContract, { worldId });
  const entities = await subscribe(nc, WorldEntityUpdatedContract, { worldId });
  await merge({ entities: [door, guard], flags: { curfew: true } });
  await merge({ entities: [door] });
  await client.updateWorld({ meta, worldId, mode: UpdateMode.REPLACE, entities: [door] });
  await service.stop();
  await Promise.all([worlds.stop(), entities.stop()]);
  const heard = async <T>(events: AsyncIterable<{ readonly message: T }>) => {
    const all: T[] = [];
    for await (const { message } of events) all.push(message);
    return all;
  };
  expect(await heard(worlds)).toMatchObject([
    { revision: 1n, changedEntityIds: ["door", "guard"], flags: { curfew: true } },
    { revision: 2n, changedEntityIds: ["guard"], flags: { curfew: false } },
  ]);
  expect(await heard(entities)).toMatchObject([
    { revision: 1n, entity: { entityId: "door" } },
    { revision: 1n, entity: { entityId: "guard" } },
  ]);
});

it("shows a watcher what is there, and who comes, walks and goes", async () => {
  await merge({ entities: [door, guard] });
  const seen: (string | undefined)[] = [];
  const watched = { meta, worldId, entityTypes: ["person"] };
  for await (const { change } of client.watchWorld(watched)) {
    seen.push(change.case === "entity" ? change.value.entityType : change.case);
  }
  expect(seen).toEqual(["person", "person", "person", "person", "removedEntityId"]);
});
