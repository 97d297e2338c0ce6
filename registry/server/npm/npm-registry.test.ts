import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningVerdaccio, startVerdaccio } from "../../../ci/verdaccio.ts";
import { NpmConflictError, NpmRefusedError, NpmUnreachableError } from "./npm-failure.ts";
import { createNpmRegistry } from "./npm-registry.ts";
import { packTarball } from "./pack.ts";

let dataDir: string;
let verdaccio: RunningVerdaccio;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "charter-npm-"));
  verdaccio = await startVerdaccio({ dataDir, port: 0, uplink: null });
});

afterAll(async () => {
  await verdaccio.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function packageOf(name: string, version: string, options: { tag?: string; note?: string }) {
  const manifest = { name, version, description: options.note ?? "" };
  const content = new TextEncoder().encode(JSON.stringify(manifest));
  const packed = await packTarball(new Map([["package.json", content]]));
  const { tarball, integrity } = packed;
  return { name, version, manifest, tarball, integrity, tag: options.tag ?? "latest" };
}

async function tagsOf(name: string): Promise<Record<string, string>> {
  const response = await fetch(new URL(name.replace("/", "%2f"), verdaccio.url));
  return ((await response.json()) as { "dist-tags": Record<string, string> })["dist-tags"];
}

it("publish makes a version that find gives with its integrity", async () => {
  const registry = createNpmRegistry(verdaccio);
  const pkg = await packageOf("@bodybroker/first", "1.0.0", {});
  expect(await registry.find(pkg.name, pkg.version)).toBeNull();
  expect(await registry.publish(pkg)).toBe("published");
  expect(await registry.find(pkg.name, pkg.version)).toEqual({ integrity: pkg.integrity });
  expect(await registry.find(pkg.name, "1.0.1")).toBeNull();
});

it("publish takes a version that is there with equal integrity for a success", async () => {
  const registry = createNpmRegistry(verdaccio);
  const pkg = await packageOf("@bodybroker/repeated", "1.0.0", {});
  await registry.publish(pkg);
  expect(await registry.publish(pkg)).toBe("present");
});

it("publish of one version by several processes at once never harms it, and can be repeated", async () => {
  const pkg = await packageOf("@bodybroker/raced", "1.0.0", {});
  const publish = () => createNpmRegistry(verdaccio).publish(pkg);
  const outcomes = await Promise.allSettled([publish(), publish(), publish(), publish()]);
  const values = outcomes.map((each) => (each.status === "fulfilled" ? each.value : null));
  expect(values).toContain("published");
  // While the winner's version is being written, the registry refuses others without showing it yet.
  const reasons = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  for (const reason of reasons) expect(reason).toBeInstanceOf(NpmUnreachableError);
  expect(await publish()).toBe("present");
});

it("publish of other bytes under a published version rejects and changes nothing", async () => {
  const registry = createNpmRegistry(verdaccio);
  const pkg = await packageOf("@bodybroker/final", "1.0.0", {});
  await registry.publish(pkg);
  const other = await packageOf("@bodybroker/final", "1.0.0", { note: "other" });
  await expect(registry.publish(other)).rejects.toThrow(NpmConflictError);
  expect(await registry.find(pkg.name, pkg.version)).toEqual({ integrity: pkg.integrity });
});

it("publish sends nothing when the integrity is not the tarball's", async () => {
  const registry = createNpmRegistry(verdaccio);
  const pkg = await packageOf("@bodybroker/mismatch", "1.0.0", {});
  const other = await packageOf("@bodybroker/mismatch", "1.0.1", {});
  await expect(registry.publish({ ...pkg, integrity: other.integrity })).rejects.toThrow(
    RangeError,
  );
  expect(await registry.find(pkg.name, pkg.version)).toBeNull();
});

it.each([
  { published: ["1.0.0", "1.1.0"], latest: "1.1.0" },
  { published: ["2.0.0", "1.9.9"], latest: "2.0.0" },
  { published: ["1.5.0-pr.12.1.g0a1b2c3", "1.4.1"], latest: "1.4.1" },
  { published: ["1.0.0", "1.1.0-pr.3.1.g0a1b2c3"], latest: "1.0.0" },
  { published: ["0.9.0", "0.10.0"], latest: "0.10.0" },
])("publish of $published in turn leaves latest on $latest", async ({ published, latest }) => {
  const name = `@bodybroker/tags-${published.join("-").replaceAll(".", "_")}`;
  for (const version of published) {
    expect(await createNpmRegistry(verdaccio).publish(await packageOf(name, version, {}))).toBe(
      "published",
    );
  }
  expect((await tagsOf(name)).latest).toBe(latest);
});

it("publish puts a version under the tag that it is given", async () => {
  const registry = createNpmRegistry(verdaccio);
  await registry.publish(await packageOf("@bodybroker/tagged", "1.0.0", {}));
  const preview = await packageOf("@bodybroker/tagged", "1.1.0-pr.12.1.g0a1b2c3", { tag: "pr-12" });
  await registry.publish(preview);
  expect(await tagsOf("@bodybroker/tagged")).toEqual({ latest: "1.0.0", "pr-12": preview.version });
});

it.each([
  { what: "a wrong token", name: "@bodybroker/refused", token: "wrong" },
  { what: "no scope", name: "unscoped-stub", token: null },
])("publish with $what is refused", async ({ name, token }) => {
  const registry = createNpmRegistry({
    url: verdaccio.url,
    token: token ?? verdaccio.token,
  });
  await expect(registry.publish(await packageOf(name, "1.0.0", {}))).rejects.toThrow(
    NpmRefusedError,
  );
});

it("find and publish say that a registry is unreachable, and where it was looked for", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));

  const registry = createNpmRegistry({ url: `http://127.0.0.1:${port}`, token: "any" });
  await expect(registry.find("@bodybroker/npc", "1.0.0")).rejects.toThrow(NpmUnreachableError);
  const pkg = await packageOf("@bodybroker/npc", "1.0.0", {});
  await expect(registry.publish(pkg)).rejects.toThrow(String(port));
});
