import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventProto, moduleOf, proto } from "../testing/protos.ts";
import { problemOf, startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import type { Edges } from "../wire.ts";

const v1 = { "acme/trip/v1/trip.proto": eventProto("acme.trip.v1", "acme.trip.noted.v1") };
const v2 = { "acme/trip/v2/trip.proto": eventProto("acme.trip.v2", "acme.trip.noted.v2") };
const both = moduleOf("acme/trip", { ...v1, ...v2 });
const onlyV2 = moduleOf("acme/trip", v2);
const today = () => new Date().toISOString().slice(0, 10);
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

const ofV1 = {
  module: "acme/trip",
  semver: "1.0.0",
  subject: "acme.trip.noted.v1.{id}",
  kind: "event",
  reads: {
    message: "acme.trip.v1.Noted",
    fields: [{ path: "id", numbers: [1], type: "string" }],
  },
  sends: null,
} as const;

let registry: TestRegistry;
let store: Edges["store"] | undefined;

beforeAll(async () => {
  registry = await startTestRegistry({
    intercept: (edges) => {
      store = edges.store;
      return edges;
    },
  });
  await registry.push(moduleOf("acme/trip", v1));
  await registry.push(both);
});
afterAll(() => registry.stop());

/** A participant that calls v1 in prod. */
function record(participant: string) {
  const base = { environment: "prod", participant, build: "7" };
  store?.recordDeployment({
    ...base,
    uses: [
      {
        ...base,
        role: "subscribes",
        module: "acme/trip",
        protoPackage: "acme.trip.v1",
        subject: null,
        semver: "1.0.0",
        digest: null,
        source: "recorded",
        evidence: "real",
        instances: 1,
      },
    ],
    replace: true,
    at: new Date().toISOString(),
  });
}

async function refusalMessage(): Promise<string> {
  const problem = await registry.refusal(onlyV2);
  const findings = problem.report?.modules.flatMap((each) => each.findings) ?? [];
  const [kept] = findings.filter((each) => each.rule === "PACKAGE_NO_DELETE_UNLESS_RETIRED");
  expect(kept).toMatchObject({ element: "acme.trip.v1", blocking: true, tier: "source" });
  return kept?.message ?? "";
}

const retire = (sunset: string, protoPackage = "acme.trip.v1") =>
  registry.client.retire(protoPackage, { module: "acme/trip", sunset, reason: "v2 is there" });

describe("the deletion of v1", () => {
  it("is refused while its end was not announced", async () => {
    expect(await refusalMessage()).toContain("its end was not announced");
  });

  it("is refused before the sunset, with the day", async () => {
    const retirement = await retire(tomorrow());
    expect(retirement).toMatchObject({ users: [], importers: [] });
    expect(retirement.keptBecause).toContain(tomorrow());
    expect(await refusalMessage()).toContain(`it was announced to stay until ${tomorrow()}`);
  });

  it("is refused while a participant uses it, with its name and where it runs", async () => {
    record("quest");
    expect((await retire(today())).keptBecause).toContain("quest subscribes it in prod with 1.0.0");
    expect(await refusalMessage()).toContain("quest subscribes it in prod with 1.0.0");
  });

  it("is a major once nobody uses it and the sunset has come; the rest of the module stays", async () => {
    store?.endDeployment({ environment: "prod", participant: "quest", build: null });
    // What is recorded of a consumer that runs nowhere goes with the package, and is named.
    await registry.client.recordUsage({ participant: "quest", build: "7", uses: [ofV1] });
    expect((await retire(today())).keptBecause).toBeNull();
    const { report, releases } = await registry.push(onlyV2);
    expect(releases).toMatchObject([{ module: "acme/trip", semver: "2.0.0" }]);
    const findings = report.modules.flatMap((each) => each.findings);
    expect(findings.map(({ rule, blocking }) => [rule, blocking])).toEqual([
      ["BINDING_SUBJECT_NO_DELETE", false],
      ["PACKAGE_NO_DELETE", false],
      ["FILE_NO_DELETE", false],
    ]);
    expect(findings[0]).toMatchObject({
      rules: ["BINDING_SUBJECT_NO_DELETE", "CONSUMER_USE_NO_BREAK"],
      users: [{ participant: "quest", build: "7", environments: [], does: "reads" }],
    });
    expect(await registry.client.resolve("acme.trip.noted.v2.a")).toMatchObject({
      semver: "2.0.0",
    });
  });

  it("is refused while another module imports it", async () => {
    const tour = (...versions: string[]) =>
      moduleOf(
        "acme/tour",
        Object.fromEntries(
          versions.map((version) => [
            `acme/tour/${version}/tour.proto`,
            eventProto(`acme.tour.${version}`, `acme.tour.noted.${version}`),
          ]),
        ),
      );
    const importing = proto("acme.cart.v1", "message Cart { acme.tour.v1.Noted last = 1; }", [
      "acme/tour/v1/tour.proto",
    ]);
    await registry.push(
      tour("v1", "v2"),
      moduleOf("acme/cart", { "acme/cart/v1/cart.proto": importing }),
    );
    const end = { module: "acme/tour", sunset: today(), reason: "v2" };
    const retirement = await registry.client.retire("acme.tour.v1", end);
    expect(retirement).toMatchObject({
      importers: ["acme/cart"],
      keptBecause: "acme/cart imports it",
    });
    expect((await registry.refusal(tour("v2"))).code).toBe("BREAKING_CHANGE");
  });
});

describe("retirePackage", () => {
  it.each([
    [
      "a package that the module has not",
      "acme.none.v1",
      tomorrow(),
      "NOT_FOUND",
      "It has acme.trip.v1",
    ],
    ["a day that has passed", "acme.trip.v2", "2020-01-01", "INVALID_REQUEST", "has passed"],
    [
      "a day that is none",
      "acme.trip.v2",
      "2026-02-30",
      "INVALID_REQUEST",
      "no day of the calendar",
    ],
    ["what is no day at all", "acme.trip.v2", "soon", "INVALID_REQUEST", "sunset"],
  ])("refuses %s", async (_what, protoPackage, sunset, code, detail) => {
    const problem = await problemOf(retire(sunset, protoPackage));
    expect(problem).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  it("moves a day that was announced, lists it, and takes it back", async () => {
    await retire(tomorrow(), "acme.trip.v2");
    await retire(today(), "acme.trip.v2");
    const listed = async () =>
      (await registry.client.retirements()).retirements
        .filter((each) => each.protoPackage === "acme.trip.v2")
        .map((each) => each.sunset);
    expect(await listed()).toEqual([today()]);
    await registry.client.withdrawRetirement("acme.trip.v2");
    expect(await listed()).toEqual([]);
    const again = await problemOf(registry.client.withdrawRetirement("acme.trip.v2"));
    expect(again.code).toBe("NOT_FOUND");
  });
});
