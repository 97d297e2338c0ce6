import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { limits } from "../../core/limits.ts";
import { type Folder, temporaryFolder } from "../testing/charter.ts";
import { readBindingsFile } from "./bindings-file.ts";
import { readWorkspace } from "./workspace.ts";

const folders: Folder[] = [];
async function folderOf(files: Record<string, string>): Promise<Folder> {
  const folder = await temporaryFolder(files);
  folders.push(folder);
  return folder;
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});

const entry = { name: "acme/a", path: ".", includes: ["a", "b"], excludes: [] };

it("readBindingsFile looks in the folders that a module includes, else in its path", async () => {
  const folder = await folderOf({ "b/bindings.yaml": "# b", "bindings.yaml": "# root" });
  expect(await readBindingsFile(folder.path, entry)).toMatchObject({ text: "# b" });
  expect(await readBindingsFile(folder.path, { ...entry, includes: [] })).toMatchObject({
    text: "# root",
  });
  expect(await readBindingsFile(folder.path, { ...entry, includes: ["a"] })).toBeNull();
});

it("readBindingsFile refuses two of them, and one that is too long", async () => {
  const folder = await folderOf({ "a/bindings.yaml": "", "b/bindings.yaml": "" });
  await expect(readBindingsFile(folder.path, entry)).rejects.toThrow("a module has one bindings");
  await folder.write({ "a/bindings.yaml": "#".repeat(limits.bindingsFileLength + 1) });
  await expect(readBindingsFile(folder.path, { ...entry, includes: ["a"] })).rejects.toThrow(
    `up to ${limits.bindingsFileLength}`,
  );
});

it("readBindingsFile follows no link out of the workspace", async () => {
  const elsewhere = await folderOf({ "bindings.yaml": "# secret" });
  const folder = await folderOf({ "a/x.proto": "" });
  await symlink(join(elsewhere.path, "bindings.yaml"), join(folder.path, "a/bindings.yaml"));
  expect(await readBindingsFile(folder.path, { ...entry, includes: ["a"] })).toBeNull();
});

it("readWorkspace sends the text with its module, and finds its lines again", async () => {
  const folder = await folderOf({
    "buf.yaml":
      "version: v2\nmodules:\n  - {path: p, name: c.localhost/acme/a, includes: [p/a]}\n  - {path: p, name: c.localhost/acme/b, includes: [p/b]}\n",
    "p/a/a.proto": 'syntax = "proto3";',
    "p/a/bindings.yaml": "events: {}",
    "p/b/b.proto": 'syntax = "proto3";',
  });
  const { proposal, locate } = await readWorkspace(folder.path, undefined, undefined);
  expect(proposal.modules.map((each) => each.bindings)).toEqual(["events: {}", undefined]);
  expect(locate("acme/a", "bindings.yaml")).toBe("p/a/bindings.yaml");
  expect(locate("acme/a", "a/a.proto")).toBe("p/a/a.proto");
});
