import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../registry/core/policy/policy.ts";
import {
  commonModule,
  eventProto,
  moduleOf,
  ordersModule,
} from "../registry/server/testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../registry/server/testing/test-registry.ts";
import { loadContracts, loadReleases } from "./load-contracts.ts";
import { linkSchema } from "./runner/contract.ts";

const module = "acme/orders";
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.push(commonModule(), ordersModule());
  await registry.push(ordersModule("string note = 3;"));
  await registry.push(ordersModule("// Free text.\nstring note = 3;"));
  await registry.push(ordersModule("// Free text.\nstring note = 3; string coupon = 4;"));
});
afterAll(() => registry.stop());

const semvers = (releases: readonly { readonly semver: string; readonly age: string }[] = []) =>
  releases.map(({ semver, age }) => `${age} ${semver}`);

describe("loadReleases", () => {
  it("brings the other minors with the descriptors that each of them had", async () => {
    const [contract] = await loadReleases(registry.client, [{ module, semver: "1.1.1" }]);
    expect(contract).toMatchObject({ module, semver: "1.1.1" });
    expect(semvers(contract?.others)).toEqual(["older 1.0.0", "newer 1.2.0"]);
    const [older, newer] = contract?.others ?? [];
    const fields = (descriptors: Uint8Array = new Uint8Array()) =>
      [...linkSchema(descriptors).registry]
        .flatMap((type) => (type.kind === "message" ? type.fields : []))
        .map((field) => field.name);
    expect(fields(older?.descriptors)).not.toContain("note");
    expect(fields(contract?.descriptors)).toContain("note");
    expect(fields(contract?.descriptors)).not.toContain("coupon");
    expect(fields(newer?.descriptors)).toContain("coupon");
  });

  it("brings a patch that somebody still runs", async () => {
    const environment = "prod";
    const uses = [{ module, semver: "1.1.0", role: "calls" as const }];
    await registry.client.recordDeployment({ environment, participant: "web", build: "7", uses });
    const [contract] = await loadContracts(registry.client, [module]);
    await registry.client.endDeployment({ environment, participant: "web" });
    expect(contract?.semver).toBe("1.2.0");
    expect(semvers(contract?.others)).toEqual(["older 1.0.0", "older 1.1.0", "older 1.1.1"]);
  });

  it("brings what an older major binds alone, as long as it is deployed", async () => {
    const shop = (...versions: readonly string[]) =>
      moduleOf(
        "acme/shop",
        Object.fromEntries(
          versions.map((version) => [
            `acme/shop/${version}/shop.proto`,
            eventProto(`acme.shop.${version}`, `acme.shop.noted.${version}`),
          ]),
        ),
      );
    const policy = { ...defaultPolicy, rules: [{ modules: "acme/shop", block: [] }] };
    await registry.client.setPolicy({ policy, reason: "v1 may go", expectedVersion: 0 });
    for (const each of [shop("v1"), shop("v1", "v2"), shop("v2")]) await registry.push(each);
    const load = async () =>
      (await loadContracts(registry.client, ["acme/shop"])).map(
        ({ semver, bindings, others, leftOut, isPast = false }) => ({
          name: `${semver}${isPast ? " past" : ""}`,
          subjects: bindings.map(({ pattern }) => pattern),
          others: semvers(others),
          leftOut,
        }),
      );
    const head = { name: "2.0.0", subjects: ["acme.shop.noted.v2.{id}"], others: [], leftOut: [] };
    expect(await load()).toEqual([head]);
    const uses = [{ module: "acme/shop", semver: "1.1.0", role: "calls" as const }];
    const web = { environment: "prod", participant: "web", build: "7" };
    await registry.client.recordDeployment({ ...web, uses });
    expect(await load()).toEqual([
      head,
      {
        name: "1.1.0 past",
        subjects: ["acme.shop.noted.v1.{id}"],
        others: ["older 1.0.0"],
        leftOut: [
          "acme/shop 1.1.0 is deployed, of an older major than 2.0.0: what it sends on the subjects that both bind is not tried, such as acme.shop.noted.v2.{id}",
        ],
      },
    ]);
    await registry.client.endDeployment(web);
  });

  it("leaves alone what runs somewhere and was never registered", async () => {
    const uses = [{ module, semver: "1.2.0", role: "serves" as const }];
    const clone = { environment: "prod", participant: "orders", build: "7" };
    await registry.client.recordDeployment({ ...clone, uses });
    // The registry takes no such record, yet sees on NATS what a service says of itself.
    const { running, ...services } = await registry.client.services();
    await registry.client.endDeployment(clone);
    const seen = { ...services, running: running.map((each) => ({ ...each, semver: "0.0.0" })) };
    const watching = { ...registry.client, services: async () => seen };
    const loaded = await loadContracts(watching, [module]);
    expect(loaded.map(({ semver }) => semver)).toEqual(["1.2.0"]);
  });

  it("fetches each release once", async () => {
    const fetched: string[] = [];
    const counting = {
      ...registry.client,
      descriptors: (name: string, semver: string) => {
        fetched.push(`${name} ${semver}`);
        return registry.client.descriptors(name, semver);
      },
    };
    await loadContracts(counting, ["acme/common", module]);
    expect(fetched.sort()).toEqual([
      "acme/common 1.0.0",
      "acme/orders 1.0.0",
      "acme/orders 1.1.1",
      "acme/orders 1.2.0",
    ]);
  });
});
