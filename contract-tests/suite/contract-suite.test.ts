import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startNatsServer } from "../../ci/testing/nats-server.ts";
import { type BakeryFault, startBakery } from "../faults/bakery.ts";
import { type BakeryRelease, bakeryContract } from "../faults/bakery-contract.ts";
import { startShop } from "../faults/shop.ts";
import { orderContract } from "../faults/shop-contract.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { contractSuite } from "./contract-suite.ts";
import type { SuiteOptions, TestRunner } from "./suite-options.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-suite-test-"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  const bakeries = { "": "1.1.0", "-1.0": "1.0.0", "-1.2": "1.2.0" } as const;
  await Promise.all([
    ...Object.entries(bakeries).map(async ([suffix, semver]) =>
      install(`@example/bakery${suffix}`, await released(semver)),
    ),
    install("@example/bakery-2.0", { ...(await released("1.2.0")), semver: "2.0.0" }),
    install("@example/shop", await orderContract()),
  ]);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const released = (semver: BakeryRelease) => bakeryContract(semver, {});

/** Puts a stub package there, as npm does under any name, as far as a suite reads it. */
async function install(name: string, contract: ContractUnderTest): Promise<void> {
  const { module, semver, digest, bindings, descriptors } = contract;
  const subjects = bindings.map(({ pattern }) => pattern);
  const at = join(folder, "node_modules", name);
  await mkdir(at, { recursive: true });
  const charter = { module, semver, digest, subjects };
  await writeFile(join(at, "package.json"), JSON.stringify({ charter }));
  await writeFile(join(at, "schema.binpb"), descriptors);
}

/** What became of the tests that a suite registers, as a test runner would run them: by their names. */
async function resultsOf(options: Partial<SuiteOptions>) {
  const tests = new Map<string, Parameters<TestRunner["it"]>[1]>();
  const path: string[] = [];
  let begin = async () => {};
  let end = async () => {};
  const runner: TestRunner = {
    describe(name, register) {
      path.push(name);
      register();
      path.pop();
    },
    it: (name, run) => void tests.set([...path, name].join(" > "), run),
    beforeAll(run) {
      begin = run;
    },
    afterAll(run) {
      end = run;
    },
  };
  const start = (nc: NatsConnection) => bakery(nc);
  await contractSuite(runner, { start, stubs: ["@example/bakery"], ...options });
  const results: Record<string, string> = {};
  try {
    await begin();
    for (const [name, run] of tests) {
      results[name] = "passed";
      const skip = (note: string) => {
        results[name] = `skipped: ${note}`;
      };
      try {
        run({ skip: skip as () => void });
      } catch (error) {
        results[name] = `failed: ${(error as Error).message}`;
      }
    }
  } finally {
    await end();
  }
  return results;
}

const bakery = async (nc: NatsConnection, fault: BakeryFault = {}) =>
  startBakery(nc, await released("1.1.0"), fault);

/** Serves a subject of another contract beside the bakery's. */
async function withNeighbour(nc: NatsConnection) {
  const services = [await bakery(nc), await startShop(nc, await orderContract())];
  return { stop: () => Promise.all(services.map((each) => each.stop())) };
}

const order = "example/bakery 1.1.0 > bakery.order.v1 > R8 accepts what older releases sent";
const untried = "example/bakery 1.1.0 > messages of other releases";
const [d1, d2] = ["uses only declared subjects", "uses every declared subject"].map(
  (title, i) => `all subjects together > D${i + 1} ${title}`,
) as [string, string];

describe("contractSuite", () => {
  it("says that no other release is known, and never takes that for a pass", async () => {
    const why = expect.stringMatching(
      /^skipped: no other release of example\/bakery is known here.*`otherReleases`/,
    );
    const [tried, without] = await Promise.all([
      resultsOf({ laws: ["R8"] }),
      resultsOf({ laws: ["R1"] }),
    ]);
    expect(tried).toEqual({ [order]: why, [untried]: why });
    expect(Object.keys(without)).not.toContain(untried);
  });

  it("tries the messages of releases that are installed under names of their own", async () => {
    const otherReleases = ["@example/bakery-1.0", "@example/bakery-1.2"];
    const coupon = 5;
    const start = (nc: NatsConnection) =>
      bakery(nc, { refusesUnknown: (number) => number === coupon });
    const [sound, broken] = await Promise.all([
      resultsOf({ laws: ["R8", "R9"], otherReleases }),
      resultsOf({ laws: ["R8"], otherReleases, start }),
    ]);
    expect(Object.values(sound)).toEqual(["passed", "passed"]);
    expect(broken[order]).toMatch(/^failed: a request that is valid in 1\.0\.0 was not answered/);
  });

  it.each([
    [["@example/shop"], "is example/shop 1.0.0, and no package in `stubs` is of example/shop"],
    [["@example/bakery"], "is example/bakery 1.1.0, which is the release under test"],
    [["@example/bakery-2.0"], "messages of another major may be refused. Name releases of major 1"],
    [["@example/bakery-0.9"], "Install it: npm install @example/bakery-0.9"],
  ])("refuses %j as other releases", async (otherReleases, message) => {
    await expect(resultsOf({ otherReleases })).rejects.toThrow(message);
  });

  it("tries the laws of the account: nothing but the contracts' subjects is used", async () => {
    const laws = ["D1", "D2"];
    const start = withNeighbour;
    const [alone, undeclared, declared] = await Promise.all([
      resultsOf({ laws }),
      resultsOf({ laws, start }),
      resultsOf({ laws, start, beside: ["@example/shop"] }),
    ]);
    expect(alone).toEqual({ [d1]: "passed", [d2]: "passed" });
    expect(undeclared).toEqual({
      [d1]: expect.stringContaining("1 used subjects that no contract declares: shop.order.v1"),
      [d2]: "passed",
    });
    expect(declared).toEqual(alone);
  });

  it("takes subjects that are not tested for declared, and does not ask whether they are used", async () => {
    const stubs = ["@example/bakery", "@example/shop"];
    const options = { laws: ["D1", "D2"], stubs, subjects: ["bakery.order.v1"] };
    for (const results of await Promise.all([
      resultsOf(options),
      resultsOf({ ...options, start: withNeighbour }),
    ])) {
      expect(results).toEqual({ [d1]: "passed", [d2]: "passed" });
    }
  });

  it("leaves D1 out on a server of others, unless the rest of what is there is named", async () => {
    const server = await startNatsServer({ jetstream: true });
    const options = { laws: ["D1", "D2"], nats: server.url };
    expect(await resultsOf(options)).toEqual({
      [d1]: expect.stringMatching(/^skipped: only some contracts.*`beside` of a contract suite/),
      [d2]: "passed",
    });
    expect(await resultsOf({ ...options, beside: [] })).toMatchObject({ [d1]: "passed" });
    await server.stop();
  });
});
