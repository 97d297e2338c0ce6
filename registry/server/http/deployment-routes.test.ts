import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRegistryClient } from "../../api/client.ts";
import type { DeploymentRecord } from "../../api/schemas/deployment.ts";
import { commonModule, moduleOf, ordersModule, proto } from "../testing/protos.ts";
import { problemOf, startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

const token = "a-write-token-of-this-test";
let registry: TestRegistry;

const twoPackages = moduleOf("acme/stock", {
  "acme/stock/v1/stock.proto": proto("acme.stock.v1", "message A {}"),
  "acme/stock/v2/stock.proto": proto("acme.stock.v2", "message A {}"),
});

beforeAll(async () => {
  registry = await startTestRegistry({ token });
  await registry.push(commonModule(), ordersModule(), twoPackages);
  await registry.push(ordersModule("string note = 3;"));
});
afterAll(() => registry.stop());
beforeEach(async () => {
  for (const { environment, participant } of (await registry.client.deployments()).deployments) {
    await registry.client.endDeployment({ environment, participant });
  }
});

function web(change: Partial<DeploymentRecord> = {}): DeploymentRecord {
  const uses = [{ module: "acme/orders", semver: "1.0.0", role: "calls" as const }];
  return { environment: "prod", participant: "web", build: "7", uses, ...change };
}

const record = (change: Partial<DeploymentRecord> = {}) =>
  registry.client.recordDeployment(web(change));

describe("POST /v1/deployments", () => {
  it("records a build with the release's digest, and the same once more changes nothing", async () => {
    const first = await record();
    const [release] = (await registry.client.releases("acme/orders")).versions.slice(-1);
    expect(first).toEqual({
      ended: [],
      deployments: [
        {
          environment: "prod",
          participant: "web",
          build: "7",
          role: "calls",
          module: "acme/orders",
          protoPackage: "acme.orders.v1",
          subject: null,
          semver: "1.0.0",
          digest: release?.digest,
          source: "recorded",
          evidence: "real",
          instances: 1,
          firstSeen: expect.any(String),
          lastSeen: expect.any(String),
          missedSince: null,
        },
      ],
    });
    const again = await record();
    expect(again.deployments).toEqual([
      { ...first.deployments[0], lastSeen: again.deployments[0]?.lastSeen },
    ]);
  });

  it("replaces earlier builds of the participant there, unless it is told not to", async () => {
    await record();
    expect(await record({ build: "8", replace: false })).toMatchObject({ ended: [] });
    expect(await record({ build: "9" })).toMatchObject({ ended: ["7", "8"] });
    const { deployments } = await registry.client.deployments("prod");
    expect(deployments.map(({ build }) => build)).toEqual(["9"]);
  });

  it("takes a module for all its packages, and a package for itself", async () => {
    const semver = "1.0.0";
    const whole = await record({ uses: [{ module: "acme/stock", semver, role: "serves" }] });
    expect(whole.deployments.map((each) => each.protoPackage)).toEqual([
      "acme.stock.v1",
      "acme.stock.v2",
    ]);
    const one = { protoPackage: "acme.stock.v2", semver, role: "serves" } as const;
    const part = await record({ build: "8", uses: [one] });
    expect(part.deployments).toMatchObject([
      { module: "acme/stock", protoPackage: "acme.stock.v2" },
    ]);
  });

  it.each([
    [
      "a release that is not registered",
      { module: "acme/orders", semver: "9.0.0" },
      "NOT_FOUND",
      "head is 1.1.0",
    ],
    ["a module that is not", { module: "acme/nowhere", semver: "1.0.0" }, "NOT_FOUND", "no such"],
    [
      "a package that nobody has",
      { protoPackage: "acme.nowhere.v1", semver: "1.0.0" },
      "NOT_FOUND",
      "acme.nowhere.v1",
    ],
    [
      "a module and a package together",
      { module: "acme/stock", protoPackage: "acme.stock.v1", semver: "1.0.0" },
      "INVALID_REQUEST",
      "expected one of",
    ],
    ["neither", { semver: "1.0.0" }, "INVALID_REQUEST", "expected one of"],
  ])("refuses %s, and then writes nothing of the whole record", async (_, use, code, text) => {
    const good = { module: "acme/orders", semver: "1.0.0", role: "calls" as const };
    const problem = await problemOf(record({ uses: [good, { ...use, role: "calls" }] }));
    expect(problem).toMatchObject({ code, detail: expect.stringContaining(text) });
    expect((await registry.client.deployments()).deployments).toEqual([]);
  });

  it.each([
    ["environment", "Prod"],
    ["environment", "a".repeat(33)],
    ["participant", "a b"],
    ["participant", "a".repeat(129)],
    ["build", "a@b"],
    ["build", ""],
  ])("refuses %s %j by its form", async (name, value) => {
    const problem = await problemOf(record({ [name]: value }));
    expect(problem).toMatchObject({
      code: "INVALID_REQUEST",
      detail: expect.stringContaining(name),
    });
  });

  it("asks for the write token, and so does the end", async () => {
    const anybody = createRegistryClient({ url: registry.url });
    const ending = () => anybody.endDeployment({ environment: "prod", participant: "web" });
    for (const call of [() => anybody.recordDeployment(web()), ending]) {
      expect(await problemOf(call())).toMatchObject({ code: "UNAUTHENTICATED" });
    }
  });
});

describe("DELETE /v1/deployments/{environment}/{participant}", () => {
  it("ends one build or all, and ends nothing the second time", async () => {
    await record();
    await record({ build: "8", replace: false });
    await record({ build: "9+sha.1#2", replace: false });
    const web = { environment: "prod", participant: "web" };
    expect(await registry.client.endDeployment({ ...web, build: "9+sha.1#2" })).toEqual({
      ended: 1,
    });
    expect(await registry.client.endDeployment(web)).toEqual({ ended: 2 });
    expect(await registry.client.endDeployment(web)).toEqual({ ended: 0 });
  });
});

describe("GET /v1/services", () => {
  it("shows what was recorded, by environment, and does not say what is absent where nobody looks", async () => {
    await record();
    await record({ environment: "staging" });
    expect(await registry.client.services("prod")).toEqual({
      environments: [{ name: "prod", watched: false, lastLook: null, problem: null }],
      running: [
        expect.objectContaining({ environment: "prod", participant: "web", state: "registered" }),
      ],
      notRunning: [],
    });
    expect((await registry.client.services()).running).toHaveLength(2);
    expect(await registry.client.services("nowhere")).toEqual({
      environments: [],
      running: [],
      notRunning: [],
    });
  });

  it("survives a restart", async () => {
    await record();
    await registry.restart();
    expect((await registry.client.services("prod")).running).toHaveLength(1);
  });
});
