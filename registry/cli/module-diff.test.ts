import { afterAll, beforeAll, expect, test } from "vitest";
import { createRegistryClient } from "../api/client.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

const shopProto = "acme/shop/v1/shop.proto";
const first = `syntax = "proto3";
package acme.shop.v1;

import "charter/nats/v1/binding.proto";

message Order {
  string id = 1;
  int32 count = 2;
}

message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1" stream: {name: "SHOP" max_age_s: 300}};
  string id = 1;
}
`;

/** A field more, another deadline of the stream, and a comment; breaks nothing. */
const second = first
  .replace("  int32 count = 2;\n", "  // How many.\n  int32 count = 2;\n  string note = 3;\n")
  .replace("max_age_s: 300", "max_age_s: 600");

let registry: RunningRegistry;
let workspace: Folder;

beforeAll(async () => {
  registry = await startRegistry();
  workspace = await temporaryFolder({});
  const { register } = createRegistryClient({ url: registry.url });
  for (const content of [first, second]) {
    await register({ modules: [{ name: "acme/shop", files: [{ path: shopProto, content }] }] });
  }
});

afterAll(async () => {
  await registry?.stop();
  await workspace?.remove();
});

const run = (...args: string[]) =>
  charter(args, { cwd: workspace.path, env: { CHARTER_URL: registry.url } });

test("module diff shows what is new and what changed, with places, and ends with 0", async () => {
  expect(await run("module", "diff", "acme/shop@1.0.0", "acme/shop@1.1.0")).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `acme/shop 1.0.0 → 1.1.0

added
  field acme.shop.v1.Order.note  acme/shop/v1/shop.proto:10
    + string note = 3

changed
  subject acme.shop.sold.v1  acme/shop/v1/shop.proto:13
    kept for: 300 s → 600 s

1 added, 1 changed, 0 removed
`,
  });
});

test("module diff compares with the newest release when only one is named", async () => {
  const { stdout } = await run("module", "diff", "acme/shop@1.0.0");
  expect(stdout).toContain("acme/shop 1.0.0 → 1.1.0\n");
  expect(await run("module", "diff", "acme/shop")).toMatchObject({
    exitCode: 0,
    stdout: "acme/shop 1.1.0 → 1.1.0\n\nno difference in meaning\n",
  });
});

test("module diff shows the way back, and gives data to programs", async () => {
  const { stdout } = await run(
    ...["module", "diff", "acme/shop@1.1.0", "acme/shop@1.0.0", "--format", "json"],
  );
  expect(JSON.parse(stdout)).toEqual({
    formatVersion: 1,
    from: "1.1.0",
    to: "1.0.0",
    modules: [{ module: "acme/shop", isNew: false, isGone: false, differences: expect.any(Array) }],
  });
  expect(JSON.parse(stdout).modules[0].differences).toEqual([
    {
      change: "removed",
      kind: "field",
      element: "acme.shop.v1.Order.note",
      property: null,
      before: "string note = 3",
      after: null,
      place: { side: "baseline", file: "acme/shop/v1/shop.proto", line: 10, column: 1 },
    },
    {
      change: "changed",
      kind: "subject",
      element: "acme.shop.sold.v1",
      property: "kept for",
      before: "600 s",
      after: "300 s",
      place: { side: "proposal", file: "acme/shop/v1/shop.proto", line: 11, column: 1 },
    },
  ]);
});

test.each([
  ["a release that is not there", ["acme/shop@9.0.0"], 100, "acme/shop"],
  ["two modules", ["acme/shop", "acme/desk"], 100, "acme/desk"],
  ["something that is not there", ["nowhere"], 2, '"nowhere" is no folder'],
  ["half a version", ["acme/shop@1.0.0", "acme/shop@1"], 2, "must be whole"],
])("module diff of %s says what is wrong", async (_what, args, exitCode, words) => {
  expect(await run("module", "diff", ...args)).toMatchObject({
    exitCode,
    stdout: "",
    stderr: expect.stringContaining(words),
  });
});

const bufYaml = "version: v2\nmodules:\n  - path: proto\n    name: charter.localhost/acme/shop\n";

test("module diff compares a release with a folder, and two folders without a registry", async () => {
  const third = second.replace("string note = 3;", "string remark = 3;");
  const folder = await temporaryFolder({
    "buf.yaml": bufYaml,
    [`proto/${shopProto}`]: third,
    "old/buf.yaml": bufYaml,
    [`old/proto/${shopProto}`]: first,
  });
  try {
    const options = { cwd: folder.path, env: { CHARTER_URL: registry.url } };
    expect(await charter(["module", "diff", "acme/shop", "."], options)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `acme/shop 1.1.0 → .

changed
  field acme.shop.v1.Order.remark  proto/acme/shop/v1/shop.proto:10
    name: note → remark
    JSON name: note → remark

0 added, 1 changed, 0 removed
`,
    });
    const nowhere = { cwd: folder.path, env: { CHARTER_URL: "http://127.0.0.1:1" } };
    expect(await charter(["module", "diff", "./old"], nowhere)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("+ string remark = 3"),
    });
    const unknown = ["module", "diff", "./old", ".", "--module", "acme/desk"];
    expect(await charter(unknown, nowhere)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('has a module "acme/desk". They have acme/shop.'),
    });
  } finally {
    await folder.remove();
  }
});
