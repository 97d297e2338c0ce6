import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commonModule, eventModule, ordersModule } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.push(commonModule(), ordersModule(), eventModule("plain"));
  await registry.push(eventModule("plain", "string note = 2;"));
});
afterAll(() => registry.stop());

it("upgradeStubs gives each head of another generator a patch of the same revision", async () => {
  expect(await registry.client.upgradeStubs()).toEqual({ releases: [] });
  const before = await registry.client.release("acme/orders", "1.0.0");
  const [place] = await registry.client.subjects({ match: "acme.orders.>" });
  await registry.halt();
  const db = new Database(join(registry.dataDir, "registry.sqlite"));
  db.exec("UPDATE release SET generator = 'older' WHERE module <> 'acme/common'");
  db.close();
  await registry.restart();

  expect(await registry.client.upgradeStubs()).toEqual({
    releases: [
      { module: "acme/orders", semver: "1.0.1" },
      { module: "acme/plain", semver: "1.1.1" },
    ],
  });
  const after = await registry.client.release("acme/orders", "latest");
  const { digest, dependencies, files } = before;
  expect(after).toMatchObject({ semver: "1.0.1", digest, dependencies, files });
  const resolved = await registry.client.resolve("acme.orders.place.v1");
  expect(resolved).toMatchObject({ semver: "1.0.1", subjectVersion: place?.subjectVersion });
  expect(await registry.client.upgradeStubs()).toEqual({ releases: [] });

  // Who imports whom is known as before, and a push of the same files changes nothing.
  const { report } = await registry.push(ordersModule());
  expect(report).toMatchObject({ verdict: "unchanged" });
  const common = commonModule();
  const broken = common.files.map(({ path, content }) => ({
    path,
    content: content.replace("string tenant = 2;", "int32 tenant = 2;"),
  }));
  const problem = await registry.refusal({ ...common, files: broken });
  expect(problem.report?.modules[0]?.findings[0]).toMatchObject({ dependents: ["acme/orders"] });
});
