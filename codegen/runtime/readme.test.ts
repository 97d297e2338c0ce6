import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { jetstreamManager } from "@nats-io/jetstream";
import { createCurve } from "@nats-io/nkeys";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type RunningRedisServer, startRedisServer } from "../../ci/testing/redis-server.ts";
import { stubPackage } from "../generator/stub-package.ts";
import { compileProtos } from "../testing/compile-protos.ts";
import { createStubProject, type StubProject } from "../testing/stub-project.ts";

const here = (path: string) => join(import.meta.dirname, path);
let server: RunningNatsServer;
let redis: RunningRedisServer;
let project: StubProject;

beforeAll(async () => {
  server = await startNatsServer({ jetstream: true });
  redis = await startRedisServer();
  await provideWorldEvents(server.url);
  project = createStubProject(stubPackages(), [
    ...["@charter-nats", "@bufbuild", "@nats-io", "@opentelemetry", "@redis", "nats", "@types"],
  ]);
});
afterAll(async () => {
  project?.remove();
  await server?.stop();
  await redis?.stop();
});

/** What `charter stream apply` provides for the README's consumer. */
async function provideWorldEvents(servers: string): Promise<void> {
  const nc = await connect({ servers });
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({
    name: "WORLD_EVENTS",
    subjects: ["ai.world.state.update.v1.*", "ai.world.entity.updated.v1.*"],
    max_age: 300 * 1e9,
    max_bytes: 268_435_456,
  });
  await jsm.consumers.add("WORLD_EVENTS", {
    durable_name: "world-cache",
    ack_policy: "explicit",
    filter_subject: "ai.world.state.update.v1.*",
  });
  await nc.close();
}

function stubPackages() {
  const common = compileProtos("proto", ["bodybroker/common"]);
  return new Map(
    ["common", "ai", "npc", "time", "world"].map((name) => {
      const module = `bodybroker/${name}`;
      const files = stubPackage({
        module,
        semver: "1.0.0",
        digest: "sha256:1",
        ...compileProtos("proto", [module]),
        dependencies: [{ module: "bodybroker/common", semver: "1.0.0", files: common.files }],
        runtimeVersion: "0.1.0",
      });
      return [`@${module}`, files] as const;
    }),
  );
}

/** All examples as one program, between what they take from an application and what tells of them. */
function program(): string {
  const readme = readFileSync(here("README.md"), "utf8");
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(examples.length).toBeGreaterThan(6);
  const code = examples
    .join("")
    // The second example imports it again, as it stands on its own.
    .replace("import { CharterError, serve }", "import { serve }")
    .replace('"127.0.0.1:4222"', 'process.env["NATS_URL"] ?? ""');
  const parts = ["readme-before.ts", "", "readme-after.ts"];
  return parts
    .map((part) => (part === "" ? code : readFileSync(here(`testdata/${part}`), "utf8")))
    .join("\n");
}

it("the examples of README.md compile in strict mode, run, and do what the page says", async () => {
  writeFileSync(join(project.folder, "readme.mts"), program());
  project.compile();
  const curve = () => new TextDecoder().decode(createCurve().getSeed());
  const env = {
    ...process.env,
    NATS_URL: server.url,
    REDIS_URL: redis.url,
    CURVE_SEED: curve(),
    NPC_KEY: createCurve().getPublicKey(),
    TIME_EVENTS_SEED: curve(),
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(project.folder, "out/readme.mjs")],
    { env, timeout: 40_000 },
  );
  expect(stdout.split("told: ").at(-1)?.trim().split("\n")).toEqual([
    "the npc was planned for by the service",
    "tokens: Once upon a time",
    "w42 was read from its service",
    "an hour of w42 was heard",
    "update 8 of w42 was cached by the consumer and by the late joiner",
  ]);
});
