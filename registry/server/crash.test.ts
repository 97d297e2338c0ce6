import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ReleaseRegisteredContract, StubsPublishedContract } from "@charter/registry/v1";
import { subscribe } from "@charter-nats/runtime";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type RunningVerdaccio, startVerdaccio } from "../../ci/verdaccio.ts";
import { createRegistryClient, UnreachableError } from "../api/client.ts";
import { openDatabase } from "./storage/open.ts";
import { createStore } from "./storage/store.ts";
import { moduleOf, proto } from "./testing/protos.ts";
import { EndedEarly, type ServerProcess, startServerProcess } from "./testing/server-process.ts";

/**
 * Twenty times the registry's process is killed, at points where it is most delicate and at random
 * ones, while a client pushes. What a client has an answer for must be there, exactly once.
 */
const points = [
  "before commit",
  "after commit, before it is answered or announced",
  "after a package is published, before it is noted",
  "between two publications",
  "after an event is sent, before it is noted",
];
const kills = 20;
const crashMain = join(import.meta.dirname, "testing/crash-main.ts");

let folder: string;
let nats: RunningNatsServer;
let npm: RunningVerdaccio;
let listener: NatsConnection;
const heard = { registered: new Set<string>(), published: new Set<string>() };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-crash-"));
  nats = await startNatsServer();
  npm = await startVerdaccio({ dataDir: join(folder, "npm"), port: 0, uplink: null });
  listener = await connect({ servers: nats.url });
  await subscribe(listener, ReleaseRegisteredContract, {}, ({ name, semver }) => {
    heard.registered.add(`crash/${name}@${semver}`);
  });
  await subscribe(listener, StubsPublishedContract, {}, ({ name, semver }) => {
    heard.published.add(`crash/${name}@${semver}`);
  });
});
afterAll(async () => {
  await listener.close();
  await npm.stop();
  await nats.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Two modules that are pushed together, one of which imports the other. */
function proposalOf(revision: number) {
  const fields = Array.from({ length: revision }, (_, i) => `string f${i} = ${i + 10};`).join("\n");
  const base = moduleOf("crash/base", {
    "crash/base/v1/base.proto": proto("crash.base.v1", `message Base {\n${fields}\n}`),
    "crash/base/v1/more.proto": proto("crash.base.v1", `message More {\n${fields}\n}`),
  });
  const user = moduleOf("crash/user", {
    "crash/user/v1/user.proto": proto(
      "crash.user.v1",
      `message Noted {
  option (charter.nats.v1.event) = {subject: "crash.user.noted.v1.{id}"};
  string id = 1;
  crash.base.v1.Base base = 2;
  ${fields}
}`,
      ["crash/base/v1/base.proto"],
    ),
  });
  return { modules: [base, user].map(({ name, files }) => ({ name, files: [...files] })) };
}

/** A release that a client was told of. */
interface Acknowledged {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly revision: number;
}

const acknowledged: Acknowledged[] = [];
let revision = 1;

/** Pushes one revision after the other until the server is gone; the last one has no answer. */
async function pushUntilItDies(
  server: ServerProcess,
  onAnswer: () => void = () => {},
): Promise<void> {
  const client = createRegistryClient({ url: server.url });
  for (;;) {
    try {
      const { report } = await client.register(proposalOf(revision));
      for (const { module, semver, digest } of report.modules) {
        if (semver === null) throw new Error(`${module} was refused`);
        acknowledged.push({ module, semver, digest, revision });
      }
      revision++;
      onAnswer();
    } catch (error) {
      // The same revision is pushed again after the restart: its answer was lost.
      if (error instanceof UnreachableError) return;
      throw error;
    }
  }
}

function environment() {
  return {
    CHARTER_DATA: join(folder, "data"),
    CHARTER_ALLOW_OLD_NATS: "true",
    NATS_URL: nats.url,
    CHARTER_NPM_URL: npm.url,
    CHARTER_NPM_TOKEN: npm.token,
    CHARTER_LOG_LEVEL: "fatal",
  };
}

async function runUntilKilled(kill: number): Promise<void> {
  const point = kill % 2 === 0 ? points[(kill / 2) % points.length] : undefined;
  try {
    if (point === undefined) {
      const server = await startServerProcess(environment());
      let pushing = Promise.resolve();
      await new Promise<void>((resolve, reject) => {
        pushing = pushUntilItDies(server, resolve);
        pushing.catch(reject);
      });
      // Any moment of the next pushes, and of what the first one left to do.
      await delay(Math.random() * 600);
      server.child.kill("SIGKILL");
      await pushing;
      expect(await server.ended).toBe("SIGKILL");
    } else {
      const server = await startServerProcess({ ...environment(), CRASH_AT: point }, crashMain);
      await pushUntilItDies(server);
      expect(await server.ended).toBe("SIGKILL");
    }
  } catch (error) {
    // What an earlier crash left open is resumed at once, and can meet the point before the start ends.
    if (!(error instanceof EndedEarly && error.exit === "SIGKILL")) throw error;
  }
}

/** Looks at the database as a restart finds it. */
function expectWhole(): void {
  const db = openDatabase(join(folder, "data"));
  try {
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(db.pragma("foreign_key_check")).toEqual([]);
    const halves = db
      .prepare(
        `SELECT r.module, r.semver FROM release r
         LEFT JOIN release_image i ON i.release_id = r.id
         LEFT JOIN publication p ON p.release_id = r.id
         WHERE i.release_id IS NULL OR p.release_id IS NULL
            OR NOT EXISTS (SELECT 1 FROM release_file f WHERE f.release_id = r.id)`,
      )
      .all();
    expect(halves).toEqual([]);
    const store = createStore(db);
    const releases = (module: string) => store.releases(module);
    // Both modules of a push, or none.
    expect(releases("crash/user")).toHaveLength(releases("crash/base").length);
    for (const { module, semver, digest, revision: pushed } of acknowledged) {
      const same = releases(module).filter((each) => each.digest === digest);
      expect(same.map((each) => each.semver)).toEqual([semver]);
      const release = store.release(module, semver);
      const sent = proposalOf(pushed).modules.find((each) => each.name === module);
      expect(release?.files).toEqual(sent?.files);
      expect(release?.bindings).toHaveLength(module === "crash/user" ? 1 : 0);
      expect(store.image(release?.id ?? 0).length).toBeGreaterThan(0);
    }
    if (acknowledged.length > 0) {
      const subject = { kind: "subject", value: "crash.user.noted.v1.*" } as const;
      expect([...store.owners([subject]).values()]).toEqual(["crash/user"]);
      expect(store.headFiles(["crash/base/v1/more.proto"]).size).toBe(1);
    }
  } finally {
    db.close();
  }
}

it("startRegistry loses and doubles nothing of what it acknowledged, over twenty kills", async () => {
  for (let kill = 0; kill < kills; kill++) {
    await runUntilKilled(kill);
    expectWhole();
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(kills);

  // A last start in peace delivers everything.
  const server = await startServerProcess(environment());
  const client = createRegistryClient({ url: server.url });
  let open = await client.publish();
  while (open.publications.length > 0) open = await client.publish();
  for (const module of ["crash/base", "crash/user"]) {
    const { versions } = await client.releases(module);
    const packument = await packumentOf(`@${module}`);
    expect(Object.keys(packument.versions).sort()).toEqual(
      versions.map((each) => each.semver).sort(),
    );
    for (const { semver, package: stub } of versions) {
      expect(stub.state).toBe("published");
      expect(packument.versions[semver]?.dist.integrity).toBe(stub.integrity);
      await expect.poll(() => heard.registered.has(`${module}@${semver}`)).toBe(true);
      await expect.poll(() => heard.published.has(`${module}@${semver}`)).toBe(true);
    }
  }
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  const db = openDatabase(join(folder, "data"));
  expect(createStore(db).outbox()).toEqual([]);
  db.close();
}, 180_000);

async function packumentOf(name: string) {
  const response = await fetch(new URL(name.replace("/", "%2f"), npm.url));
  return (await response.json()) as {
    versions: Record<string, { dist: { integrity: string } }>;
  };
}
