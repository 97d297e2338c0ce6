import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { compileProtos } from "../testing/compile-protos.ts";
import { createStubProject, type StubProject } from "../testing/stub-project.ts";
import { type StubPackageInput, stubPackage } from "./stub-package.ts";

const protos = "codegen/generator/testdata/proto";
const common = { module: "acme/common", semver: "1.2.0" };

/** Stub packages promise more Node versions than this repository runs on: `npm test` brings one. */
const nodes = [...new Set([process.execPath, process.env.STUB_NODE ?? process.execPath])];

let server: RunningNatsServer;
let project: StubProject;

beforeAll(async () => {
  server = await startNatsServer();
  const commonProtos = compileProtos(protos, ["acme/common", "acme/prices"]);
  const dependencies = [{ ...common, files: commonProtos.files }];
  const shop = { module: "acme/shop", semver: "1.4.0", ...compileProtos(protos, ["acme/shop"]) };
  project = createStubProject(
    new Map([
      ["@acme/common", build({ ...common, ...commonProtos, dependencies: [] })],
      ["@acme/shop", build({ ...shop, dependencies })],
    ]),
    ["@charter-nats", "@bufbuild", "@nats-io", "nats", "@types"],
  );
  for (const kind of ["mts", "cts"]) {
    project.add("codegen/generator/testdata/consumer/consumer.ts", `consumer.${kind}`);
  }
  for (const [i, example] of usageExamples(project.folder).entries()) {
    writeFileSync(join(project.folder, `usage-${i}.mts`), `${surroundings}${example}`);
  }
  project.compile();
}, 60_000);

afterAll(async () => {
  project?.remove();
  await server?.stop();
});

function build(input: Omit<StubPackageInput, "digest" | "runtimeVersion">) {
  return stubPackage({ ...input, digest: "sha256:1234", runtimeVersion: "0.1.0" });
}

const surroundings = `
import type { NatsConnection } from "@nats-io/transport-node";
declare const nc: NatsConnection;
`;

/** The examples in the README of the generated package. */
function usageExamples(folder: string): string[] {
  const readme = readFileSync(join(folder, "node_modules/@acme/shop/README.md"), "utf8");
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
  expect(examples).toHaveLength(3);
  return examples;
}

const perConnection = [
  "r1-false 7n invalid_argument meta not_found",
  "here there",
  "shop.orders.placed.v1.REGION_SOUTH.r2.5 5n acme/shop@1.4.0",
  "7",
];

it.each(nodes.flatMap((node) => ["mjs", "cjs"].map((kind) => [kind, node] as const)))(
  "a generated package type-checks and runs from %s on %s, with nats 2.29 and 3.x connections",
  async (kind, node) => {
    const { stdout } = await promisify(execFile)(
      node,
      [join(project.folder, `out/consumer.${kind}`)],
      { env: { ...process.env, NATS_URL: server.url }, timeout: 20_000 },
    );
    expect(stdout.trimEnd().split("\n")).toEqual([
      ...perConnection,
      ...perConnection,
      "1.4.0 7 acme/shop/v1/orders",
    ]);
  },
);
