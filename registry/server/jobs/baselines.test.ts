import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../../core/policy/policy.ts";
import { moduleOf, proto } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import type { ProposedModule } from "./proposal.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
  // What is let through once must not be forgotten, so most of it is let through here.
  const { version } = await registry.client.policy();
  await registry.client.setPolicy({
    policy: { ...defaultPolicy, rules: [{ modules: "acme/*", block: ["wire"] }] },
    reason: "the tests of baselines",
    expectedVersion: version,
  });
});
afterAll(() => registry.stop());

/** A module with one message, an event that may be kept in a stream. */
function orders(name: string, fields: string, stream = ""): ProposedModule {
  const event = `option (charter.nats.v1.event) = {subject: "acme.${name}.placed.v1" ${stream}};`;
  return moduleOf(`acme/${name}`, {
    [`acme/${name}/v1/${name}.proto`]: proto(
      `acme.${name}.v1`,
      `message Placed {\n${event}\n${fields}\n}`,
    ),
  });
}

async function findingsOf(module: ProposedModule) {
  const files = module.files.map((file) => ({ ...file }));
  const report = await registry.client.check({ modules: [{ name: module.name, files }] });
  const [one] = report.modules;
  return { verdict: one?.verdict, baselines: one?.baselines ?? [], findings: one?.findings ?? [] };
}

const first = "string id = 1; string note = 4;";
const deleted = 'string id = 1; reserved 4; reserved "note";';
const reused = "string id = 1; int32 count = 4;";

describe("the ledger", () => {
  it("refuses a number that a release before head used, and names that release", async () => {
    await registry.push(orders("ledger", first));
    const { releases } = await registry.push(orders("ledger", deleted));
    expect(releases).toMatchObject([{ semver: "2.0.0" }]);

    const { verdict, findings } = await findingsOf(orders("ledger", reused));
    expect(verdict).toBe("rejected");
    const finding = findings.find((each) => each.rule === "FIELD_NUMBER_NO_REUSE");
    expect(finding).toMatchObject({
      tier: "wire",
      blocking: true,
      introduced: true,
      breaks: ["1.0.0"],
      element: "acme.ledger.v1.Placed.count",
      before: "string note = 4;",
      after: "int32 count = 4;",
    });
    expect(finding?.message).toContain("since release 1.0.0");
  });
});

describe("a deployed release", () => {
  it("is a baseline while somebody runs it, and no longer", async () => {
    await registry.push(orders("deployed", first));
    await registry.push(orders("deployed", deleted));
    const proposal = orders("deployed", `${deleted} string more = 5;`);
    expect((await findingsOf(proposal)).baselines.map((each) => each.semver)).toEqual(["2.0.0"]);

    const where = { environment: "prod", participant: "quest", build: "7" };
    await registry.client.recordDeployment({
      ...where,
      uses: [{ module: "acme/deployed", semver: "1.0.0", role: "subscribes" }],
    });
    const { verdict, baselines, findings } = await findingsOf(proposal);
    expect(baselines.map(({ semver, reasons }) => [semver, reasons])).toEqual([
      ["2.0.0", [{ kind: "head" }]],
      ["1.0.0", [{ kind: "deployed", environment: "prod", participant: "quest" }]],
    ]);
    // Head broke it, not this proposal.
    expect(verdict).toBe("accepted");
    expect(findings).toMatchObject([
      { rule: "FIELD_NO_DELETE", introduced: false, blocking: false, breaks: ["1.0.0"] },
    ]);
  });
});

describe("a release whose events a stream keeps", () => {
  it("is a baseline for the bytes of those events, and for nothing else", async () => {
    const stream = 'stream: {name: "KEPT" max_age_s: 3600}';
    await registry.push(orders("kept", `${first} string old = 6;`, stream));
    await registry.push(orders("kept", deleted.replace("reserved 4", "reserved 4, 6"), stream));
    const { baselines, findings } = await findingsOf(
      orders("kept", 'string id = 1; int32 note = 4; reserved 6; reserved "old";', stream),
    );
    expect(baselines[1]).toMatchObject({
      semver: "1.0.0",
      reasons: [{ kind: "retained", stream: "KEPT", until: expect.any(String) }],
    });
    expect(findings.filter((each) => each.breaks.includes("1.0.0"))).toMatchObject([
      { rule: "FIELD_WIRE_COMPATIBLE_TYPE", introduced: true, blocking: true },
      { rule: "FIELD_NUMBER_NO_REUSE" },
    ]);
  });

  it("is no baseline for events of now, which nobody with its code hands on", async () => {
    const stream = 'stream: {name: "WIDENED" max_age_s: 3600}';
    await registry.push(orders("widened", "string id = 1; int32 count = 2;", stream));
    await registry.push(
      orders("widened", "string id = 1; int32 count = 2; int32 more = 3;", stream),
    );
    const check = async (type: string) => {
      const fields = `string id = 1; ${type} count = 2; int32 more = 3;`;
      const { findings } = await findingsOf(orders("widened", fields, stream));
      return findings.map(({ rules, breaks }) => [rules[0], breaks]);
    };
    expect(await check("int64")).toEqual([["MESSAGE_PASSES_UNHARMED", ["1.1.0"]]]);
    expect(await check("bool")).toEqual([["MESSAGE_PASSES_UNHARMED", ["1.1.0", "1.0.0"]]]);
  });
});
