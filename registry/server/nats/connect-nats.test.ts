import { create, toBinary } from "@bufbuild/protobuf";
import {
  ReleaseRegisteredContract,
  StubsPublishedContract,
  SubjectLookupServiceContract,
  SubjectRole,
} from "@charter/registry/v1";
import { createClient, subscribe } from "@charter-nats/runtime";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import pkg from "../../../package.json" with { type: "json" };
import { ConfigError } from "../config-error.ts";
import type { PackageRegistry } from "../ports.ts";
import { commonModule, eventModule, ordersModule } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import { connectNats, serverProblem } from "./connect-nats.ts";

let server: RunningNatsServer;
let registry: TestRegistry;
let nc: NatsConnection;

/** An npm registry that takes everything, so that publications are announced at once. */
const packages: PackageRegistry = {
  url: "http://127.0.0.1/",
  find: async () => null,
  publish: async () => "published",
};

beforeAll(async () => {
  server = await startNatsServer();
  registry = await startTestRegistry({
    nats: server,
    intercept: (edges) => ({ ...edges, packages }),
  });
  await registry.push(commonModule(), ordersModule(), eventModule("known"));
  nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
});
afterAll(async () => {
  await nc.close();
  await registry.stop();
  await server.stop();
});

describe("the lookup service", () => {
  it("answers through the registry's own stubs as HTTP does", async () => {
    const client = createClient(SubjectLookupServiceContract, nc);
    const answer = await client.resolveSubject({ subject: "acme.known.noted.v1.a-1" });
    expect(answer).toMatchObject({
      subject: "acme.known.noted.v1.a-1",
      pattern: "acme.known.noted.v1.{id}",
      role: SubjectRole.EVENT,
      parameters: { id: "a-1" },
      messageType: "acme.known.v1.Noted",
      replyType: "",
      module: "acme/known",
      semver: "1.0.0",
      subjectVersion: 1,
      npmPackage: "@acme/known",
    });
    const reply = await client.resolveSubject({ subject: "acme.orders.placed.v1" });
    expect(reply).toMatchObject({
      role: SubjectRole.REPLY,
      messageType: "acme.orders.v1.PlaceResponse",
      queueGroup: "q.orders",
      owner: "orders-team",
    });
  });

  it("sees a registration as soon as it is answered", async () => {
    await registry.push(eventModule("fresh"));
    const client = createClient(SubjectLookupServiceContract, nc);
    const answer = await client.resolveSubject({ subject: "acme.fresh.noted.v1.{id}" });
    expect(answer.module).toBe("acme/fresh");
  });

  it.each([
    { subject: "acme.knwon.noted.v1.a", code: "not_found", message: "acme.known.noted.v1.{id}" },
    { subject: "acme.>", code: "invalid_argument", message: "" },
    { subject: "acme.known\r\nPUB a 1", code: "invalid_argument", message: "" },
    { subject: "", code: "invalid_argument", message: "" },
    { subject: "a".repeat(600), code: "invalid_argument", message: "" },
  ])("refuses $subject with $code", async ({ subject, code, message }) => {
    // The client checks as the service does; raw bytes show what the service itself answers.
    const input = SubjectLookupServiceContract.methods.resolveSubject.input;
    const payload = toBinary(input, create(input, { subject }));
    const reply = await nc.request("charter.registry.resolve.request.v1", payload);
    expect(reply.headers?.get("Nats-Service-Error-Code")).not.toBe("");
    const client = createClient(SubjectLookupServiceContract, nc);
    await expect(client.resolveSubject({ subject })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it("is discovered with its contract's module and the registry's version", async () => {
    const reply = await nc.request("$SRV.INFO.charter-registry-v1-SubjectLookupService");
    expect(reply.json()).toMatchObject({
      name: "charter-registry-v1-SubjectLookupService",
      version: pkg.version,
      endpoints: [
        {
          subject: "charter.registry.resolve.request.v1",
          queue_group: "q.charter.registry",
          metadata: {
            "charter.module": "charter/registry",
            "charter.rpc": "charter.registry.v1.SubjectLookupService.ResolveSubject",
            "charter.evidence": "real",
          },
        },
      ],
    });
  });
});

describe("the registry's events", () => {
  it("are published when a release is registered and when its stubs are", async () => {
    const registered = await subscribe(nc, ReleaseRegisteredContract, {});
    const published = await subscribe(nc, StubsPublishedContract, {});
    const { releases } = await registry.push(eventModule("announced"));
    const first = await next(registered);
    expect(first).toMatchObject({
      owner: "acme",
      name: "announced",
      semver: "1.0.0",
      digest: releases[0]?.digest,
    });
    // Packages of what was registered before may still be on their way.
    const second = await next(published, ({ name }) => name === "announced");
    expect(second).toMatchObject({
      owner: "acme",
      name: "announced",
      npmPackage: "@acme/announced",
      integrity: expect.stringMatching(/^sha512-/),
    });
  });

  it("wait for a nats-server that is away, and the lookup service comes back with it", async () => {
    const { port } = server;
    const registered = await subscribe(nc, ReleaseRegisteredContract, {});
    const lost = statusOf(nc, "disconnect");
    await server.stop();
    await lost;
    const { releases } = await registry.push(eventModule("patient"));
    expect(releases).toMatchObject([{ semver: "1.0.0" }]);

    const back = statusOf(nc, "reconnect");
    server = await startNatsServer({ port });
    await back;
    expect(await next(registered)).toMatchObject({ name: "patient", semver: "1.0.0" });
    const client = createClient(SubjectLookupServiceContract, nc);
    const answer = await client.resolveSubject({ subject: "acme.patient.noted.v1.a" });
    expect(answer.module).toBe("acme/patient");
  });
});

/** The first event of a subscription. */
async function next<T>(
  events: AsyncIterable<{ readonly message: T }>,
  isMeant: (message: T) => boolean = () => true,
): Promise<T> {
  for await (const { message } of events) if (isMeant(message)) return message;
  throw new Error("the subscription ended");
}

async function statusOf(connection: NatsConnection, type: string): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === type) return;
  }
}

describe("connectNats", () => {
  const logger = pino({ level: "silent" });

  it("refuses an old server, unless that is allowed", async () => {
    const version = nc.info?.version ?? "";
    const strict = connectNats({ url: server.url, allowOldServer: false, credentials: {} }, logger);
    const outcome = await strict.then(
      (connection) => connection.close().then(() => null),
      (error: unknown) => error,
    );
    const problem = serverProblem(version);
    if (problem === null) expect(outcome).toBeNull();
    else expect(String(outcome)).toContain(`${problem}; upgrade it`);
    const allowed = await connectNats(
      { url: server.url, allowOldServer: true, credentials: {} },
      logger,
    );
    await allowed.close();
  });

  it.each([
    ["2.9.10", false],
    ["2.10.26", false],
    ["2.10.27", true],
    ["2.11.0-preview.1", true],
    ["2.12.3", true],
    ["unknown", false],
  ])("takes a nats-server %s for good: %s", (version, good) => {
    expect(serverProblem(version) === null).toBe(good);
  });

  it("says where it looked for a server that is not there, without its password", async () => {
    const gone = await startNatsServer();
    await gone.stop();
    const url = `nats://user:secret-word@127.0.0.1:${gone.port}`;
    const error = await connectNats({ url, allowOldServer: true, credentials: {} }, logger).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`127.0.0.1:${gone.port}`);
    expect(String(error)).not.toContain("secret-word");
  });

  it("logs in with the credentials of the configuration, and is refused without them", async () => {
    const closed = await startNatsServer({
      config: 'authorization { user: "registry", password: "p" }',
    });
    try {
      const options = { url: closed.url, allowOldServer: true };
      const credentials = { user: "registry", pass: "p" };
      await (await connectNats({ ...options, credentials }, logger)).close();
      const refused = await connectNats({ ...options, credentials: {} }, logger).catch(String);
      expect(refused).toContain("Authorization Violation");
    } finally {
      await closed.stop();
    }
  });

  it("tells that the server is back, so that nothing waits for the next attempt", async () => {
    const passing = await startNatsServer();
    const connection = await connectNats(
      { url: passing.url, allowOldServer: true, credentials: {} },
      logger,
    );
    const back = new Promise<void>((resolve) => connection.onReconnect(resolve));
    await passing.stop();
    const again = await startNatsServer({ port: passing.port });
    await back;
    await connection.announcer.announce(announcement);
    await connection.close();
    await again.stop();
  });

  it("closes while the server is away", async () => {
    const passing = await startNatsServer();
    const connection = await connectNats(
      { url: passing.url, allowOldServer: true, credentials: {} },
      logger,
    );
    await passing.stop();
    await connection.close();
    await expect(connection.announcer.announce(announcement)).rejects.toThrow();
  });
});

const announcement = {
  kind: "registered",
  module: "acme/known",
  semver: "1.0.0",
  digest: "sha256:a",
} as const;

it("a registry whose nats-server is away stops, and keeps what it could not announce", async () => {
  const passing = await startNatsServer();
  const lonely = await startTestRegistry({ nats: passing });
  await passing.stop();
  await lonely.push(eventModule("kept"));
  await lonely.halt();
  const later = await startNatsServer({ port: passing.port });
  const listener = await connect({ servers: later.url });
  const registered = await subscribe(listener, ReleaseRegisteredContract, {});
  await lonely.restart();
  expect(await next(registered)).toMatchObject({ name: "kept" });
  await listener.close();
  await lonely.stop();
  await later.stop();
});
