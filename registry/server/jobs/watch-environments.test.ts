import { SubjectLookupServiceContract } from "@charter/registry/v1";
import { type Evidence, serve } from "@charter-nats/runtime";
import { AckPolicy, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import type { ServiceList } from "../../api/schemas/deployment.ts";
import { limits } from "../../core/limits.ts";
import { commonModule, eventModule, ordersModule } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

const subject = "acme.orders.place.v1";
const within = { timeout: 30_000, interval: 50 };

let nats: RunningNatsServer;
let nc: NatsConnection;
let registry: TestRegistry;
let release: { module: string; semver: string; digest: string };

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: nats.url });
  registry = await startTestRegistry({ watch: { prod: nats } });
  const { releases } = await registry.push(commonModule(), ordersModule(), eventModule("stock"));
  const orders = releases.find(({ module }) => module === "acme/orders");
  release = { module: "acme/orders", semver: "1.0.0", digest: orders?.digest ?? "" };
});
afterAll(async () => {
  await registry.stop();
  await nc.close();
  await nats.stop();
});

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  await seen((services) => expect(services.running).toEqual([]));
});

/** A service of a real stub, moved to the subject of a test. */
async function startService(
  options: { release?: Partial<typeof release>; at?: string; evidence?: Evidence } = {},
) {
  const { resolveSubject } = SubjectLookupServiceContract.methods;
  const contract = {
    ...SubjectLookupServiceContract,
    typeName: "acme.orders.v1.OrderService",
    release: { ...release, ...options.release },
    methods: {
      resolveSubject: {
        ...resolveSubject,
        subject: { ...resolveSubject.subject, wildcard: options.at ?? subject },
      },
    },
  };
  const handlers = { resolveSubject: () => ({}) };
  const service = await serve(nc, contract, handlers, { evidence: options.evidence });
  running.push(service);
  return service;
}

/** Answers `$SRV.INFO` with whatever a test wants. */
function answerInfoOn(connection: NatsConnection, ...answers: readonly (object | string)[]) {
  return connection.subscribe("$SRV.INFO", {
    callback(_, message) {
      for (const each of answers) {
        message.respond(typeof each === "string" ? each : JSON.stringify(each));
      }
    },
  });
}

async function answerInfo(...answers: readonly (object | string)[]): Promise<void> {
  const subscription = answerInfoOn(nc, ...answers);
  running.push({ stop: async () => subscription.unsubscribe() });
  await nc.flush();
}

const infoOf = (name: string, endpoint: object = {}) => ({
  type: "io.nats.micro.v1.info_response",
  id: "an-instance",
  name,
  version: "3.2.1",
  endpoints: [{ name: "place", subject, queue_group: "q", ...endpoint }],
});

/** Waits until what the registry shows of prod passes. */
async function seen(check: (services: ServiceList) => void): Promise<void> {
  await vi.waitFor(async () => check(await registry.client.services("prod")), within);
}

const one = (expected: object) => (services: ServiceList) =>
  expect(services.running).toEqual([expect.objectContaining(expected)]);

const placeService = {
  environment: "prod",
  module: "acme/orders",
  semver: "1.0.0",
  service: "acme.orders.v1.OrderService",
  subjects: [subject],
};

describe("watchEnvironments, services", () => {
  it("shows a service of a stub with its release, and no longer once it has gone", async () => {
    await seen(({ notRunning }) => expect(notRunning).toEqual([placeService]));
    const first = await startService();
    const second = await startService();
    await seen((services) => {
      one({
        ...release,
        participant: "acme-orders-v1-OrderService",
        build: "1.0.0",
        role: "serves",
        protoPackages: ["acme.orders.v1"],
        subjects: [subject],
        source: "observed",
        evidence: "real",
        instances: 2,
        missedSince: null,
        state: "registered",
      })(services);
      expect(services.notRunning).toEqual([]);
      expect(services.environments).toEqual([
        { name: "prod", watched: true, lastLook: expect.any(String), problem: null },
      ]);
    });
    await second.stop();
    await seen(one({ instances: 1 }));
    await first.stop();
    await seen((services) => {
      expect(services.running).toEqual([]);
      expect(services.notRunning).toEqual([placeService]);
    });
  });

  it.each([
    ["other_digest", { release: { digest: "sha256:other" } }],
    ["release_not_registered", { release: { semver: "1.0.1-pr.3.1.gabc" } }],
    ["release_unknown", { release: { module: "acme/else" } }],
    ["undeclared", { at: "acme.nobody.knows.v1" }],
  ] as const)("marks a service as %s when it tells %j", async (state, options) => {
    await startService(options);
    const subjects = ["at" in options ? options.at : subject];
    await seen(one({ state, role: "serves", subjects }));
  });

  it("knows the module of a service without Charter's metadata by its subject", async () => {
    await answerInfo(infoOf("by-hand"));
    await seen(
      one({
        participant: "by-hand",
        build: "3.2.1",
        module: "acme/orders",
        semver: null,
        state: "release_unknown",
      }),
    );
  });

  it("shows a mock as one", async () => {
    await startService({ evidence: "mock" });
    await seen(one({ evidence: "mock", state: "registered" }));
  });
});

describe("watchEnvironments, hostile answers", () => {
  it("leaves out what is no answer, says so once in the log, and sees the rest", async () => {
    await startService();
    await answerInfo(
      "no JSON {",
      "[]",
      "null",
      `{"a":"${"x".repeat(limits.serviceInfoBytes)}"}`,
      infoOf("\u001b[31mred"),
      infoOf("subject", { subject: "a b\r\nPUB c 0" }),
      { ...infoOf("many"), endpoints: Array.from({ length: 1001 }, () => ({ subject: "a" })) },
      { ...infoOf("nested"), endpoints: { length: 1 } },
    );
    await seen((services) => {
      one({ participant: "acme-orders-v1-OrderService" })(services);
      const problem = services.environments[0]?.problem ?? "";
      for (const part of ["no JSON", "ADR-32", "at most", "other characters"]) {
        expect(problem).toContain(part);
      }
    });
    const lines = registry.log.filter((line) => line.includes("no JSON"));
    expect(lines).toHaveLength(1);
  });

  it("takes no flood of answers for all that there is", async () => {
    const service = await startService();
    await seen(one({ missedSince: null }));
    const flood = Array.from({ length: limits.answersPerLook + 1 }, () => "{}");
    const flooding = answerInfoOn(nc, ...flood);
    await nc.flush();
    await seen(({ environments }) =>
      expect(environments[0]?.problem).toContain(`more than ${limits.answersPerLook} answers`),
    );
    await service.stop();
    const looks = new Set<string | null>();
    await seen(({ environments, running: all }) => {
      looks.add(environments[0]?.lastLook ?? null);
      expect(looks.size).toBeGreaterThan(4);
      expect(all).toMatchObject([{ participant: "acme-orders-v1-OrderService" }]);
    });
    flooding.unsubscribe();
  });

  it("takes nothing from metadata of another form", async () => {
    const metadata = {
      "charter.module": "../../etc",
      "charter.version": "1.0",
      "charter.digest": { a: 1 },
      "charter.evidence": "mocked",
      __proto__: { "charter.module": "acme/orders" },
    };
    await answerInfo(infoOf("wild", { metadata }), infoOf("none", { metadata: 7 }));
    await seen(({ running: all }) =>
      expect(all).toMatchObject([
        { participant: "none", semver: null, digest: null, evidence: "real" },
        { participant: "wild", semver: null, digest: null, evidence: "real" },
      ]),
    );
  });
});

describe("watchEnvironments, JetStream", () => {
  it("shows durable and other consumers of a subject's events, until they are deleted", async () => {
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: "STOCK", subjects: ["acme.stock.>"] });
    await jsm.streams.add({ name: "COPY", mirror: { name: "STOCK" } });
    await jsm.streams.add({ name: "KV_config", subjects: ["$KV.config.>"] });
    const explicit = { ack_policy: AckPolicy.Explicit };
    const cache = { ...explicit, durable_name: "cache" };
    await jsm.consumers.add("STOCK", { ...cache, filter_subject: "acme.stock.noted.v1.*" });
    await jsm.consumers.add("STOCK", {
      ...explicit,
      durable_name: "other",
      filter_subject: "acme.stock.else",
    });
    await jsm.consumers.add("COPY", { ...explicit, inactive_threshold: 60_000_000_000 });
    await jsm.consumers.add("KV_config", { ...explicit, durable_name: "of-nats-itself" });
    const noted = {
      role: "subscribes",
      module: "acme/stock",
      protoPackages: ["acme.stock.v1"],
      subjects: ["acme.stock.noted.v1.{id}"],
      instances: 0,
      state: "release_unknown",
    };
    await seen(({ running: all }) =>
      expect(all).toMatchObject([
        { ...noted, participant: "COPY.ephemeral" },
        { ...noted, participant: "cache" },
        { participant: "other", state: "undeclared", subjects: ["acme.stock.else"] },
      ]),
    );
    for (const name of ["COPY", "STOCK", "KV_config"]) await jsm.streams.delete(name);
  });
});

describe("watchEnvironments, an environment that is away", () => {
  it("keeps what it saw, notes why, and forgets only what it misses once there is an answer", async () => {
    const passing = await startNatsServer();
    const own = await startTestRegistry({ watch: { away: passing } });
    const client = await connect({ servers: passing.url, reconnect: false });
    answerInfoOn(client, infoOf("passing"));
    const look = (check: (services: ServiceList) => void) =>
      vi.waitFor(async () => check(await own.client.services("away")), within);
    await look(one({ participant: "passing" }));

    await passing.stop();
    await look((services) => {
      expect(services.environments[0]?.problem).toMatch(/refused|lost|closed/i);
      one({ participant: "passing" })(services);
    });
    await own.restart();
    await look((services) => {
      expect(services.environments).toMatchObject([{ lastLook: null }]);
      expect(services.environments[0]?.problem).not.toBeNull();
      one({ participant: "passing" })(services);
      expect(services.notRunning).toEqual([]);
    });

    const back = await startNatsServer({ port: passing.port });
    await look((services) => {
      expect(services.environments).toMatchObject([{ problem: null }]);
      expect(services.running).toEqual([]);
    });
    await own.stop();
    await back.stop();
  });

  it("says what it may not ask, and takes no silence for an absence then", async () => {
    const config = `authorization: { users: [
      { user: all, password: p }
      { user: watcher, password: p, permissions: { publish: { deny: ["$SRV.INFO", "$JS.API.STREAM.LIST"] } } }
    ] }`;
    const guarded = await startNatsServer({ config, jetstream: true });
    const everybody = { user: "all", pass: "p" };
    const client = await connect({ servers: guarded.url, ...everybody });
    answerInfoOn(client, infoOf("there"));
    const watch = { guarded: { url: guarded.url, credentials: everybody } };
    const own = await startTestRegistry({ watch });
    await vi.waitFor(
      async () => one({ participant: "there" })(await own.client.services()),
      within,
    );

    watch.guarded.credentials = { user: "watcher", pass: "p" };
    await own.restart();
    const looks = new Set<string | null>();
    await vi.waitFor(async () => {
      const services = await own.client.services();
      const [environment] = services.environments;
      expect(environment?.problem).toContain("$SRV.INFO cannot be asked");
      expect(environment?.problem).toContain("STREAM.LIST");
      one({ participant: "there", missedSince: null })(services);
      looks.add(environment?.lastLook ?? null);
      expect(looks.size).toBeGreaterThan(4);
    }, within);
    await own.stop();
    await client.close();
    await guarded.stop();
  });
});

it.each([
  // Whoever may do everything would be heard to do it.
  ["every right", "all"],
  ["the rights that deployments.md names", "watcher"],
])("watching with %s changes nothing there, and sees all", async (_, user) => {
  const config = `authorization: { users: [
    { user: all, password: p }
    { user: watcher, password: p, permissions: {
      publish: ["$SRV.INFO", "$JS.API.STREAM.LIST", "$JS.API.CONSUMER.LIST.*"]
      subscribe: ["_INBOX.charter-watch.>"]
    } }
  ] }`;
  const foreign = await startNatsServer({ config, jetstream: true });
  const other = await connect({ servers: foreign.url, user: "all", pass: "p" });
  answerInfoOn(other, infoOf("service"));
  const jsm = await jetstreamManager(other);
  await jsm.streams.add({ name: "ORDERS", subjects: ["acme.orders.>"] });
  await jsm.consumers.add("ORDERS", { ack_policy: AckPolicy.Explicit, durable_name: "reader" });
  const state = async () => {
    const streams = await jsm.streams.list().next();
    const consumers = await jsm.consumers.list("ORDERS").next();
    const { memory, storage, streams: count, consumers: readers } = await jsm.getAccountInfo();
    // Each answer tells the time at which it was given.
    const still = (key: string, value: unknown) => (key === "ts" ? undefined : value);
    return JSON.stringify({ streams, consumers, memory, storage, count, readers }, still);
  };
  const before = await state();
  const heard = new Set<string>();
  const all = other.subscribe(">", { callback: (_, { subject: each }) => void heard.add(each) });
  await other.flush();

  const credentials = { user, pass: "p" };
  const own = await startTestRegistry({ watch: { foreign: { url: foreign.url, credentials } } });
  await vi.waitFor(async () => {
    const services = await own.client.services("foreign");
    expect(services.environments).toMatchObject([{ problem: null }]);
    expect(services.running).toMatchObject([{ participant: "reader" }, { participant: "service" }]);
  }, within);
  await own.stop();
  await other.flush();
  all.unsubscribe();

  const asked = [...heard].filter((each) => !each.startsWith("_INBOX.charter-watch."));
  // The server itself tells whoever listens that its API was used.
  const audit = "$JS.EVENT.ADVISORY.API";
  expect(asked.filter((each) => each !== audit).sort()).toEqual([
    "$JS.API.CONSUMER.LIST.ORDERS",
    "$JS.API.STREAM.LIST",
    "$SRV.INFO",
  ]);
  expect(await state()).toBe(before);
  await other.close();
  await foreign.stop();
});
