import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stubPackage } from "./generator/stub-package.ts";
import { compileProtos } from "./testing/compile-protos.ts";

const root = join(import.meta.dirname, "..");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-published-"));
  const files = stubPackage({
    module: "acme/common",
    semver: "1.2.0",
    digest: "sha256:1234",
    runtimeVersion: "0.1.0",
    dependencies: [],
    ...compileProtos("codegen/generator/testdata/proto", ["acme/common", "acme/prices"]),
  });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["@charter-nats/runtime", () => join(root, "codegen/runtime")],
  ["a stub package", () => folder],
])("%s", (_, packageDir) => {
  it("has nothing that publint finds", async () => {
    const { messages, pkg } = await publint({ pkgDir: packageDir(), strict: true });
    const shown = messages.map((message) => formatMessage(message, pkg, { color: false }));
    expect(shown).toEqual([]);
  });

  it("has types that are not wrong, for ES modules, CommonJS and bundlers", () => {
    const pack = ["pack", packageDir(), "--json", "--pack-destination", folder];
    const [packed] = JSON.parse(execFileSync("npm", pack, { encoding: "utf8" })) as [
      { filename: string },
    ];
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    // TypeScript's resolution of before 2023 knows no `exports`, and so no subpaths.
    const tarball = join(folder, packed.filename);
    // Descriptors as bytes are no module, so they have no types.
    const args = [
      attw,
      tarball,
      "--profile",
      "node16",
      "--exclude-entrypoints",
      "schema.binpb",
      "--format",
      "ascii",
    ];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    for (const kind of ["CJS", "ESM"]) expect(run.stdout).toContain(`from ${kind}): 🟢 (${kind})`);
    expect(run).toMatchObject({ status: 0 });
  });
});
