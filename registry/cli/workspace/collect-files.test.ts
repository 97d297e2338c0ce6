import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { limits } from "../../core/limits.ts";
import { type Folder, temporaryFolder } from "../testing/charter.ts";
import { belongsTo, type ModuleEntry, readBufYaml } from "./buf-yaml.ts";
import { collectFiles } from "./collect-files.ts";

const buf = join(import.meta.dirname, "../../../node_modules/.bin/buf");
let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const whole: ModuleEntry = { name: "o/m", path: ".", includes: [], excludes: [] };
const proto = 'syntax = "proto3";\n';

describe("collectFiles", () => {
  test("takes .proto files with paths from the root of imports, sorted", async () => {
    await folder.write({
      "proto/b/v1/b.proto": proto,
      "proto/a/v1/ä.proto": "// ä\n",
      "proto/a/README.md": "no",
      "elsewhere.proto": proto,
    });
    const { files } = await collectFiles(folder.path, { ...whole, path: "proto" });
    expect(files).toEqual([
      { path: "a/v1/ä.proto", content: "// ä\n" },
      { path: "b/v1/b.proto", content: proto },
    ]);
  });

  test("follows a link to a file inside the workspace, and names one that leads out", async () => {
    const outside = await temporaryFolder({ "secret.proto": "secret" });
    try {
      await folder.write({ "proto/a.proto": proto, "shared/s.proto": "shared" });
      await symlink("../shared/s.proto", join(folder.path, "proto/s.proto"));
      await symlink(join(outside.path, "secret.proto"), join(folder.path, "proto/x.proto"));
      await symlink(outside.path, join(folder.path, "proto/folder"));
      await symlink("gone.proto", join(folder.path, "proto/dangling.proto"));
      const { files, skipped } = await collectFiles(folder.path, { ...whole, path: "proto" });
      expect(files.map((file) => [file.path, file.content])).toEqual([
        ["a.proto", proto],
        ["s.proto", "shared"],
      ]);
      expect(skipped).toEqual(["proto/dangling.proto", "proto/x.proto"]);
    } finally {
      await outside.remove();
    }
  });

  test.each([
    [
      "a file over the limit",
      "a.proto",
      Buffer.alloc(limits.fileBytes + 1, "/"),
      /has 1048577 bytes/,
    ],
    ["bytes that are no UTF-8", "a.proto", Buffer.from([0x2f, 0xff]), /must be UTF-8/],
    ["a deep path", `${"d/".repeat(limits.pathDepth)}a.proto`, Buffer.from(""), /has a long path/],
  ])("refuses %s", async (_, path, content, message) => {
    await mkdir(join(folder.path, path, ".."), { recursive: true });
    await writeFile(join(folder.path, path), content);
    await expect(collectFiles(folder.path, whole)).rejects.toMatchObject({
      exit: "usage",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a module whose folder is missing", async () => {
    await expect(collectFiles(folder.path, { ...whole, path: "gone" })).rejects.toMatchObject({
      exit: "usage",
      message: expect.stringContaining("gone"),
    });
  });
});

/** What buf itself puts into each named module, as `module path`. */
function filesByBuf(): string[] {
  const lines = execFileSync(buf, ["ls-files", "--format", "json"], { cwd: folder.path });
  return lines
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { module: string; import_path: string })
    .filter((file) => file.module !== "")
    .map((file) => `${file.module.split("/").slice(1).join("/")} ${file.import_path}`)
    .sort();
}

async function filesByCharter(bufYaml: string): Promise<string[]> {
  const found = [];
  for (const entry of readBufYaml({ path: "buf.yaml", text: bufYaml })) {
    const { files } = await collectFiles(folder.path, entry);
    found.push(...files.map((file) => `${entry.name} ${file.path}`));
  }
  return found.sort();
}

test.each([
  ["a name at the top", { version: "v2", name: "h.test/o/m" }],
  [
    "two modules on one path",
    {
      version: "v2",
      modules: [
        { path: "proto", name: "h.test/o/a", includes: ["proto/a"], excludes: ["proto/a/v1/in"] },
        { path: "proto", name: "h.test/o/b", includes: ["./proto/b/"] },
        { path: "vendor" },
      ],
    },
  ],
  [
    "one module within another",
    {
      version: "v2",
      modules: [
        { path: ".", name: "h.test/o/all", excludes: ["vendor"] },
        { path: "proto", name: "h.test/o/inner" },
      ],
    },
  ],
])("collectFiles takes the files that buf takes for %s", async (_, config) => {
  const bufYaml = stringify(config);
  await folder.write({
    "buf.yaml": bufYaml,
    "proto/a/v1/a.proto": "syntax = 'proto3'; package a.v1;",
    "proto/a/v1/in/i.proto": "syntax = 'proto3'; package a.v1.in;",
    "proto/ab/v1/ab.proto": "syntax = 'proto3'; package ab.v1;",
    "proto/.hidden/h.proto": "syntax = 'proto3'; package hidden;",
    "proto/b/v1/b.proto": "syntax = 'proto3'; package b.v1;",
    "vendor/c.proto": "syntax = 'proto3'; package c;",
  });
  await symlink("../vendor", join(folder.path, "proto/linked"));
  await symlink("../../../vendor/c.proto", join(folder.path, "proto/b/v1/c.proto"));
  const files = await filesByCharter(bufYaml);
  expect(files.length).toBeGreaterThan(0);
  expect(files).toEqual(filesByBuf());
});

test("belongsTo puts a file under a folder by whole names only", () => {
  const name = fc.constantFrom("a", "ab", "b", "v1");
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(path, path, path, (folderPath, include, exclude) => {
      const entry = { ...whole, includes: [include], excludes: [exclude] };
      const parts = folderPath.split("/");
      const ancestors = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
      expect(belongsTo(entry, `${folderPath}/x.proto`)).toBe(
        ancestors.includes(include) && !ancestors.includes(exclude),
      );
    }),
  );
});
