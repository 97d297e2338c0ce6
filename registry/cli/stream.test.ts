import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

const options = (subject: string, stream: string, more = "") =>
  `option (charter.nats.v1.event) = {subject: "${subject}" stream: ${stream} ${more}};`;
const worldEvents = '{name: "WORLD_EVENTS" max_age_s: 300 max_bytes: 1048576}';

/** Two modules that share a stream, and an event that no stream keeps. */
const workspaceFiles = {
  "buf.yaml": `version: v2
modules:
  - path: proto
    name: charter.localhost/bodybroker/world
    includes: [proto/bodybroker/world]
  - path: proto
    name: charter.localhost/bodybroker/audit
    includes: [proto/bodybroker/audit]
`,
  "proto/bodybroker/world/v1/world.proto": `syntax = "proto3";
package bodybroker.world.v1;
import "charter/nats/v1/binding.proto";
message Updated {
  ${options("ai.world.state.update.v1.{world_id}", worldEvents, 'dead_letter_subject: "ai.world.state.dead.v1"')}
  string world_id = 1;
}
message Ticked {
  option (charter.nats.v1.event) = {subject: "ai.world.clock.tick.v1"};
}
`,
  "proto/bodybroker/audit/v1/audit.proto": `syntax = "proto3";
package bodybroker.audit.v1;
import "charter/nats/v1/binding.proto";
message Seen {
  ${options("ai.audit.world.seen.v1.{world_id}", worldEvents)}
  string world_id = 1;
}
message Noted {
  ${options("ai.audit.note.taken.v1", '{name: "AUDIT_EVENTS"}')}
}
`,
};

const charterYaml = `consumers:
  - name: world-cache
    event: ai.world.state.update.v1.{world_id}
    parameters: { world_id: w42 }
    ackWaitMs: 10000
  - { name: auditor, event: "ai.audit.world.seen.v1.{world_id}", maxAckPending: 10 }
`;

let nats: RunningNatsServer;
let registry: RunningRegistry;
let workspace: Folder;
let env: Record<string, string>;
let nc: NatsConnection;
let jsm: JetStreamManager;

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  registry = await startRegistry({}, npcPolicy);
  workspace = await temporaryFolder({ ...workspaceFiles, "charter.yaml": charterYaml });
  env = { CHARTER_URL: registry.url, NATS_URL: nats.url };
  nc = await connect({ servers: nats.url });
  jsm = await jetstreamManager(nc);
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
});

afterEach(async () => {
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
});

afterAll(async () => {
  await nc.close();
  await registry.stop();
  await nats.stop();
  await workspace.remove();
});

const run = (...args: string[]) => charter(args, { cwd: workspace.path, env });

const pending = `create     stream AUDIT_EVENTS
  subjects      ai.audit.note.taken.v1
  maximum age   no limit
  maximum size  no limit
  replicas      1
create     stream WORLD_EVENTS
  subjects      ai.audit.world.seen.v1.*, ai.world.state.update.v1.*
  maximum age   300 s
  maximum size  1048576 bytes
  replicas      1
create     stream WORLD_EVENTS_DEAD_LETTERS
  subjects      ai.world.state.dead.v1
  maximum age   1209600 s
  maximum size  no limit
  replicas      1
create     consumer world-cache of WORLD_EVENTS
  filter    ai.world.state.update.v1.w42
  ack wait  10000 ms
  in hand   1000 events
create     consumer auditor of WORLD_EVENTS
  filter    ai.audit.world.seen.v1.*
  ack wait  30000 ms
  in hand   10 events
`;

test("stream plan shows what is missing, stream apply makes it, and again changes nothing", async () => {
  expect(await run("stream", "plan")).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `${pending}\n5 to create, 0 to change, 0 unchanged. \`charter stream apply\` does it.\n`,
  });
  expect(await jsm.streams.list().next()).toEqual([]);
  expect(await run("stream", "apply")).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `${pending.replaceAll("create   ", "created  ")}\n5 created, 0 changed, 0 unchanged.\n`,
  });
  const world = await jsm.streams.info("WORLD_EVENTS");
  expect(world.config).toMatchObject({
    subjects: ["ai.audit.world.seen.v1.*", "ai.world.state.update.v1.*"],
    retention: "limits",
    storage: "file",
    discard: "old",
    max_age: 300e9,
    max_bytes: 1_048_576,
    duplicate_window: 120e9,
    allow_direct: true,
    num_replicas: 1,
  });
  const cache = await jsm.consumers.info("WORLD_EVENTS", "world-cache");
  expect(cache.config).toMatchObject({
    filter_subject: "ai.world.state.update.v1.w42",
    ack_policy: "explicit",
    deliver_policy: "all",
    ack_wait: 10e9,
    max_deliver: -1,
  });
  expect(await run("stream", "apply")).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `unchanged  stream AUDIT_EVENTS
unchanged  stream WORLD_EVENTS
unchanged  stream WORLD_EVENTS_DEAD_LETTERS
unchanged  consumer world-cache of WORLD_EVENTS
unchanged  consumer auditor of WORLD_EVENTS

0 created, 0 changed, 5 unchanged.
`,
  });
});

test("stream plan of one module takes the streams that it has events in, with all their subjects", async () => {
  const result = await run("stream", "plan", "bodybroker/world", "--format", "json");
  expect(result.exitCode).toBe(0);
  const plan = JSON.parse(result.stdout);
  expect(plan).toMatchObject({ formatVersion: 1, applied: false });
  expect(plan.streams).toEqual([
    {
      name: "WORLD_EVENTS",
      action: "create",
      changes: [
        {
          setting: "subjects",
          from: null,
          to: "ai.audit.world.seen.v1.*, ai.world.state.update.v1.*",
        },
        { setting: "maximum age", from: null, to: "300 s" },
        { setting: "maximum size", from: null, to: "1048576 bytes" },
        { setting: "replicas", from: null, to: "1" },
      ],
      conflicts: [],
      notes: [],
    },
    expect.objectContaining({ name: "WORLD_EVENTS_DEAD_LETTERS" }),
  ]);
});

test("stream plan and apply end with 100 where something is in conflict, and apply nothing", async () => {
  await jsm.streams.add({ name: "OLD", subjects: ["ai.world.>"] });
  const planned = await run("stream", "plan", "bodybroker/world");
  expect(planned).toMatchObject({ exitCode: 100, stderr: "" });
  expect(planned.stdout).toContain(
    "  conflict      the stream OLD takes ai.world.>, so no other can take ai.world.state.update.v1.*.",
  );
  expect(planned.stdout).toContain("\n2 in conflict, so nothing is applied.\n");
  const applied = await run("stream", "apply", "--format", "json");
  expect(applied.exitCode).toBe(100);
  expect(JSON.parse(applied.stdout)).toMatchObject({ applied: false });
  expect(await jsm.streams.names().next()).toEqual(["OLD"]);
});

test.each([
  ["a version", ["stream", "plan", "bodybroker/world@1.0.0"], "Write bodybroker/world."],
  ["an even number of replicas", ["stream", "apply", "--replicas", "2"], "must be 1, 3 or 5"],
])("%s is wrong usage", async (_, args, message) => {
  const result = await run(...args);
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain(message);
});

test("stream plan of a module that is not registered ends with 100", async () => {
  expect(await run("stream", "plan", "bodybroker/gone")).toMatchObject({
    exitCode: 100,
    stderr: expect.stringContaining('No module "bodybroker/gone" is registered'),
  });
});

test("stream plan ends with 4 where NATS is away, or has no JetStream", async () => {
  const plain = await startNatsServer();
  try {
    for (const [url, reason] of [
      ["nats://127.0.0.1:9", "comes from NATS_URL"],
      [plain.url, "must run with JetStream"],
    ] as const) {
      const options = { cwd: workspace.path, env: { ...env, NATS_URL: url } };
      const result = await charter(["stream", "plan"], options);
      expect(result).toMatchObject({ exitCode: 4, stdout: "" });
      expect(result.stderr).toContain(reason);
    }
  } finally {
    await plain.stop();
  }
});
