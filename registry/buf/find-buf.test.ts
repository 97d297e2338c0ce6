import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bufOfNpm, findBuf } from "./find-buf.ts";

const own = bufOfNpm(import.meta.dirname);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-find-buf-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function script(name: string, line: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${line}\n`);
  await chmod(path, 0o755);
  return path;
}

it("findBuf takes the npm package of the first folder that has one", async () => {
  const found = await findBuf({ PATH: "" }, [folder, import.meta.dirname]);
  expect(found).toEqual({ ...own, by: "@bufbuild/buf" });
});

it("findBuf prefers BUF, and falls back on the PATH", async () => {
  const other = await script("other", "echo 1.99.0");
  await symlink(own?.path ?? "", join(folder, "buf"));
  expect(await findBuf({ BUF: other }, [import.meta.dirname])).toEqual({
    path: other,
    version: "1.99.0",
    by: "BUF",
  });
  expect(await findBuf({ BUF: "", PATH: `relative:${folder}` }, [folder])).toEqual({
    path: join(folder, "buf"),
    version: own?.version,
    by: "PATH",
  });
});

it.each([
  [
    "older than the first that reads version 2",
    "echo 1.31.0",
    /is buf 1\.31\.0; expected 1\.32\.0/,
  ],
  ["of another major", "echo 2.0.0", /is buf 2\.0\.0; expected/],
  ["that says no version", "echo hello", /is buf hello; expected/],
  ["that needs more of the environment", "exec env node --version", /cannot be run/],
])("findBuf refuses a buf %s, and says how to install one", async (_, line, message) => {
  const path = await script("wrong", line);
  await expect(findBuf({ BUF: path }, [])).rejects.toThrow(message);
  await expect(findBuf({ BUF: path }, [])).rejects.toThrow("npm install --save-dev @bufbuild/buf");
});

it("findBuf says where it looked when there is none", async () => {
  await expect(findBuf({ PATH: "/no/such/folder" }, [tmpdir()])).rejects.toThrow(
    /BUF is not set, npm has no @bufbuild\/buf here, and the PATH has no buf/,
  );
});
