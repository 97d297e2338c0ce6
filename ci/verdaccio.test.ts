import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createNpmRegistry } from "../registry/server/npm/npm-registry.ts";
import { packTarball } from "../registry/server/npm/pack.ts";
import { startVerdaccio } from "./verdaccio.ts";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "charter-verdaccio-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function publishModule(
  registry: { url: string; token: string },
  manifest: { name: string; version: string; dependencies?: Record<string, string> },
  source: string,
) {
  const encoder = new TextEncoder();
  const files = new Map([
    ["package.json", encoder.encode(JSON.stringify({ ...manifest, main: "index.js" }))],
    ["index.js", encoder.encode(source)],
  ]);
  const { tarball, integrity } = await packTarball(files);
  const { name, version } = manifest;
  const npm = createNpmRegistry(registry);
  return npm.publish({ name, version, manifest, tarball, integrity, tag: "latest" });
}

it("startVerdaccio serves our packages from here and their dependencies from the uplink", async () => {
  const upstream = await startVerdaccio({ dataDir: join(root, "up"), port: 0, uplink: null });
  const ours = await startVerdaccio({ dataDir: join(root, "own"), port: 0, uplink: upstream.url });
  try {
    await publishModule(
      upstream,
      { name: "@third-party/words", version: "2.1.0" },
      "exports.word = 'hello';",
    );
    // The same name as ours on the uplink must never reach whoever installs ours.
    await publishModule(upstream, { name: "@bodybroker/npc", version: "9.0.0" }, "exports.a = 1;");
    await publishModule(
      ours,
      {
        name: "@bodybroker/npc",
        version: "1.0.0",
        dependencies: { "@third-party/words": "^2.0.0" },
      },
      "exports.greet = () => require('@third-party/words').word + ' npc';",
    );

    const app = join(root, "app");
    await mkdir(app);
    await writeFile(join(app, "package.json"), '{"name":"app","version":"1.0.0"}');
    const run = promisify(execFile);
    await run(
      "npm",
      ["install", "@bodybroker/npc", "--registry", ours.url, "--cache", join(root, "cache")],
      { cwd: app },
    );
    const { stdout } = await run(
      process.execPath,
      [
        "-p",
        "require('@bodybroker/npc').greet() + require('@bodybroker/npc/package.json').version",
      ],
      { cwd: app },
    );
    expect(stdout).toBe("hello npc1.0.0\n");
  } finally {
    await Promise.all([upstream.stop(), ours.stop()]);
  }
});

it("startVerdaccio keeps packages, and the token stays valid, over a restart", async () => {
  const dataDir = join(root, "restarted");
  const first = await startVerdaccio({ dataDir, port: 0, uplink: null });
  await publishModule(first, { name: "@charter/kept", version: "1.0.0" }, "exports.a = 1;");
  await first.stop();
  await first.stop();

  const second = await startVerdaccio({ dataDir, port: 0, uplink: null });
  try {
    const withOldToken = { url: second.url, token: first.token };
    expect(await createNpmRegistry(withOldToken).find("@charter/kept", "1.0.0")).not.toBeNull();
    const added = { name: "@charter/kept", version: "1.0.1" };
    expect(await publishModule(withOldToken, added, "exports.a = 2;")).toBe("published");
  } finally {
    await second.stop();
  }
});

it("startVerdaccio lets nobody register, and keeps its secrets to their owner", async () => {
  const dataDir = join(root, "guarded");
  const { url, stop } = await startVerdaccio({ dataDir, port: 0, uplink: null });
  try {
    const response = await fetch(new URL("-/user/org.couchdb.user:eve", url), {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "eve", password: "a long enough password" }),
    });
    expect(response.status).toBe(403);
    expect((await stat(join(dataDir, "secret"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, "publisher-password"))).mode & 0o777).toBe(0o600);
  } finally {
    await stop();
  }
});

it("startVerdaccio rejects when its port is taken, and says why", async () => {
  const first = await startVerdaccio({ dataDir: join(root, "first"), port: 0, uplink: null });
  try {
    const port = Number(new URL(first.url).port);
    const dataDir = join(root, "second");
    await expect(startVerdaccio({ dataDir, port, uplink: null })).rejects.toThrow(/EADDRINUSE/);
    expect(await readFile(join(dataDir, "process.log"), "utf8")).toContain("EADDRINUSE");
  } finally {
    await first.stop();
  }
});
