import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isInstalled } from "./install.mjs";

let clone: string;

const lock = {
  "": { version: "0.1.0" },
  "registry/cli": { version: "0.1.0" },
  "node_modules/pino": { version: "10.4.0" },
  "node_modules/@charter-nats/cli": { link: true },
  "node_modules/buf-other-platform": { version: "1.74.0", optional: true },
  "registry/cli/node_modules/commander": { version: "14.0.3" },
};
const { "": _, "node_modules/buf-other-platform": __, ...present } = lock;

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), "charter-install-"));
  await mkdir(join(clone, "node_modules/.bin"), { recursive: true });
  await writeFile(join(clone, "node_modules/.bin/charter"), "");
  await write("package-lock.json", lock);
  await write("node_modules/.package-lock.json", present);
});
afterEach(() => rm(clone, { recursive: true, force: true }));

const write = (path: string, packages: object) =>
  writeFile(join(clone, path), JSON.stringify({ packages }));

it("isInstalled takes node_modules that hold what the lock says, without other platforms", () => {
  expect(isInstalled(clone)).toBe(true);
});

it.each([
  { what: "another version", path: "node_modules/pino", entry: { version: "10.3.0" } },
  { what: "a new package", path: "node_modules/fastify", entry: { version: "5.12.8" } },
  {
    what: "another version inside of a workspace",
    path: "registry/cli/node_modules/commander",
    entry: { version: "14.0.2" },
  },
  {
    what: "a package that is a workspace no more",
    path: "node_modules/@charter-nats/cli",
    entry: { version: "1.0.0" },
  },
])("isInstalled sees $what in the lock", async ({ path, entry }) => {
  await write("package-lock.json", { ...lock, [path]: entry });
  expect(isInstalled(clone)).toBe(false);
});

it("isInstalled sees that node_modules, or the link to the command, is missing", async () => {
  await rm(join(clone, "node_modules/.bin/charter"));
  expect(isInstalled(clone)).toBe(false);
  await rm(join(clone, "node_modules"), { recursive: true });
  expect(isInstalled(clone)).toBe(false);
});
