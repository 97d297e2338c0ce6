import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNatsServer } from "../../ci/testing/nats-server.ts";
import { serverProblem } from "./nats/connect-nats.ts";
import { openDatabase } from "./storage/open.ts";
import { EndedEarly, type ServerProcess, startServerProcess } from "./testing/server-process.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-run-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a server that does not start ends with. */
async function failedStart(env: Readonly<Record<string, string>>): Promise<EndedEarly> {
  const outcome = await startServerProcess({ CHARTER_DATA: folder, ...env }).catch(
    (error: unknown) => error,
  );
  if (outcome instanceof EndedEarly) return outcome;
  throw new Error("the server started", { cause: outcome });
}

async function isOld(url: string): Promise<boolean> {
  const nc = await connect({ servers: url });
  const version = nc.info?.version ?? "";
  await nc.close();
  return serverProblem(version) !== null;
}

async function takenPort() {
  const holder = createServer();
  holder.listen(0, "127.0.0.1");
  await once(holder, "listening");
  return { holder, port: (holder.address() as { port: number }).port };
}

describe("runServer ends with 2 and says what to mend", () => {
  it("when settings are wrong, all of them", async () => {
    const { exit, stderr } = await failedStart({
      CHARTER_HTTP_HOST: "0.0.0.0",
      CHARTER_LOG_LEVEL: "loud",
      CHARTER_NPM_URL: "http://127.0.0.1:1",
    });
    expect(exit).toBe(2);
    for (const name of ["CHARTER_TOKEN", "CHARTER_LOG_LEVEL", "CHARTER_NPM_TOKEN"]) {
      expect(stderr).toContain(`${name} `);
    }
    expect(stderr).not.toContain("    at ");
  });

  it("when NATS is not there", async () => {
    const { holder, port } = await takenPort();
    holder.close();
    await once(holder, "close");
    const { exit, stderr } = await failedStart({ NATS_URL: `nats://127.0.0.1:${port}` });
    expect(exit).toBe(2);
    expect(stderr).toContain(`NATS_URL is "nats://127.0.0.1:${port}", and no NATS server answers`);
  });

  it("when nats-server is old, and starts when that is allowed", async () => {
    const nats = await startNatsServer();
    try {
      const env = { CHARTER_DATA: folder, NATS_URL: nats.url };
      const strict = await startServerProcess(env).catch((error: unknown) => error);
      const text = strict instanceof EndedEarly ? `${strict.exit} ${strict.stderr}` : "started";
      if (!(strict instanceof EndedEarly)) (strict as ServerProcess).child.kill("SIGKILL");
      // The nats-server that is installed decides which of the two is right.
      expect(text).toMatch(
        (await isOld(nats.url)) ? /^2 .*CHARTER_ALLOW_OLD_NATS=true/s : /^started$/,
      );
      const allowed = await startServerProcess({
        ...env,
        CHARTER_DATA: join(folder, "allowed"),
        CHARTER_ALLOW_OLD_NATS: "true",
      });
      allowed.child.kill("SIGTERM");
      expect(await allowed.ended).toBe(0);
    } finally {
      await nats.stop();
    }
  });

  it("when its port is taken, though NATS is connected by then", async () => {
    const nats = await startNatsServer();
    const { holder, port } = await takenPort();
    try {
      const { exit, stderr } = await failedStart({
        CHARTER_HTTP_PORT: String(port),
        NATS_URL: nats.url,
        CHARTER_ALLOW_OLD_NATS: "true",
      });
      expect(exit).toBe(2);
      expect(stderr).toContain(`CHARTER_HTTP_PORT is ${port}`);
      expect(stderr).toContain("EADDRINUSE");
    } finally {
      holder.close();
      await nats.stop();
    }
  });

  it("when its data folder is a file, or holds a database of a newer Charter", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const noFolder = await failedStart({ CHARTER_DATA: file });
    expect(noFolder.exit).toBe(2);
    expect(noFolder.stderr).toContain(`CHARTER_DATA is "${file}"`);

    const db = openDatabase(folder);
    db.pragma("user_version = 99");
    db.close();
    const newer = await failedStart({});
    expect(newer.exit).toBe(2);
    expect(newer.stderr).toContain("start a newer Charter");
  });

  it("when another registry runs on its data, which goes on", async () => {
    const first = await startServerProcess({ CHARTER_DATA: folder });
    const { exit, stderr } = await failedStart({});
    expect(exit).toBe(2);
    expect(stderr).toContain("another registry runs on it");
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await startServerProcess({ CHARTER_DATA: folder });
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
  });
});

describe("runServer ends with 0", () => {
  it("on SIGTERM while its nats-server is away", async () => {
    const nats = await startNatsServer();
    const server = await startServerProcess({
      CHARTER_DATA: folder,
      NATS_URL: nats.url,
      CHARTER_ALLOW_OLD_NATS: "true",
    });
    await nats.stop();
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
  });
});
