import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../core/gate/report.ts";
import {
  commonModule,
  eventProto,
  firstBodyLine,
  moduleOf,
  ordersModule,
  proto,
} from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import type { ProposedModule } from "./proposal.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.push(commonModule(), ordersModule());
});
afterAll(() => registry.stop());

async function findingsOf(...modules: ProposedModule[]): Promise<readonly Finding[]> {
  const problem = await registry.refusal(...modules);
  expect(problem.code).toBe("BREAKING_CHANGE");
  return problem.report?.modules.flatMap((each) => each.findings) ?? [];
}

/** A module with a text of its one file replaced. */
function edited(module: ProposedModule, from: string, to: string): ProposedModule {
  const files = module.files.map((file) => ({
    ...file,
    content: file.content.replace(from, to),
  }));
  expect(files).not.toEqual(module.files);
  return { ...module, files };
}

it("compareWithBaselines names tier, rule, place, both texts, and who is hit across modules", async () => {
  const broken = edited(commonModule(), "string tenant = 2;", "int32 tenant = 2;");
  const findings = await findingsOf(broken);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    rule: "FIELD_WIRE_COMPATIBLE_TYPE",
    tier: "wire",
    blocking: true,
    element: "acme.common.v1.Meta.tenant",
    place: { side: "proposal", file: "acme/common/v1/meta.proto", line: firstBodyLine + 2 },
    before: "string tenant = 2;",
    after: "int32 tenant = 2;",
    subjects: [
      { pattern: "acme.orders.place.v1", role: "request", module: "acme/orders" },
      { pattern: "acme.orders.placed.v1", role: "reply", module: "acme/orders" },
    ],
    dependents: ["acme/orders"],
  });
  expect(findings[0]?.rules).toContain("FIELD_SAME_TYPE");
  expect(findings[0]?.remedy).not.toBe("");
});

it("compareWithBaselines shows a message that another release does not hand on as it was", async () => {
  const broken = edited(commonModule(), "string tenant = 2;", "bytes tenant = 2;");
  expect(await findingsOf(broken)).toMatchObject([
    {
      rule: "MESSAGE_PASSES_UNHARMED",
      rules: ["MESSAGE_PASSES_UNHARMED", "FIELD_WIRE_JSON_COMPATIBLE_TYPE", "FIELD_SAME_TYPE"],
      tier: "wire",
      blocking: true,
      element: "acme.common.v1.Meta.tenant",
      fix: expect.stringMatching(
        /^In message Meta, put back `string tenant = 2;`\. Give the new form/,
      ),
      counterExample: { type: "acme.common.v1.Meta", sentBy: "proposal", handedOn: null },
    },
  ]);
});

it("compareWithBaselines points at the baseline for what is gone, with the subjects that used it", async () => {
  const findings = await findingsOf(
    moduleOf("acme/common", {
      "acme/common/v1/other.proto": proto("acme.common.v1", "message Other {}"),
    }),
    edited(
      edited(ordersModule(), "acme.common.v1.Meta meta = 1;", "acme.common.v1.Other meta = 1;"),
      "meta.proto",
      "other.proto",
    ),
  );
  const file = findings.find((each) => each.rules.includes("FILE_NO_DELETE"));
  expect(file).toMatchObject({
    tier: "source",
    element: "acme/common/v1/meta.proto",
    place: { side: "baseline", file: "acme/common/v1/meta.proto" },
  });
  expect(file?.subjects.map((each) => each.pattern)).toContain("acme.orders.place.v1");
  const message = findings.find((each) => each.rules.includes("PACKAGE_MESSAGE_NO_DELETE"));
  expect(message).toMatchObject({ element: "acme.common.v1.Meta", after: null });
  expect(message?.subjects.map((each) => each.pattern)).toContain("acme.orders.place.v1");
});

it.each([
  {
    what: "a moved subject",
    from: `subject: "acme.orders.place.v1"`,
    to: `subject: "acme.orders.put.v1"`,
    rule: "BINDING_SUBJECT_SAME",
    before: "acme.orders.place.v1",
    after: "acme.orders.put.v1",
  },
  {
    what: "another queue group",
    from: `"q.orders"`,
    to: `"q.other"`,
    rule: "BINDING_QUEUE_GROUP_SAME",
    before: "q.orders",
    after: "q.other",
  },
  {
    what: "a shorter deadline",
    from: `reply_subject:`,
    to: `deadline_ms: 10 reply_subject:`,
    rule: "BINDING_DEADLINE_NO_SHORTEN",
    before: "5000 ms",
    after: "10 ms",
  },
  {
    what: "another reply subject",
    from: `reply_subject: "acme.orders.placed.v1"`,
    to: `reply_subject: "acme.orders.done.v1"`,
    rule: "BINDING_REPLY_SUBJECT_SAME",
    before: "acme.orders.placed.v1",
    after: "acme.orders.done.v1",
  },
])("compareWithBaselines refuses $what, which buf does not see", async (each) => {
  const findings = await findingsOf(edited(ordersModule(), each.from, each.to));
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    rule: each.rule,
    blocking: true,
    before: each.before,
    after: each.after,
    place: { side: "proposal", file: "acme/orders/v1/orders.proto" },
  });
  expect(findings[0]?.subjects.map((hit) => hit.pattern)).toContain("acme.orders.place.v1");
});

it("compareWithBaselines accepts what is compatible, and shows it", async () => {
  const options = edited(
    ordersModule(),
    "service OrderService",
    'option java_package = "acme.orders";\nservice OrderService',
  );
  const modules = [{ name: options.name, files: options.files.map((file) => ({ ...file })) }];
  const report = await registry.client.check({ modules });
  expect(report.verdict).toBe("accepted");
  expect(report.modules[0]?.findings).toMatchObject([
    { rule: "FILE_SAME_JAVA_PACKAGE", tier: "compatible", blocking: false },
  ]);
});

describe("a field that a consumer reads", () => {
  const receipt = "acme.shop.v1.Receipt";
  const price = { path: "price_cents", numbers: [2], type: "int64" } as const;
  const shopWith = (fields: string) =>
    moduleOf("acme/shop", {
      "acme/shop/v1/shop.proto": proto(
        "acme.shop.v1",
        `service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order { acme.common.v1.Meta meta = 1; }
message Receipt { string id = 1; ${fields} }`,
        ["acme/common/v1/meta.proto"],
      ),
    });
  const withPrice = shopWith("int64 price_cents = 2; string note = 3;");
  const withoutPrice = shopWith('reserved 2; reserved "price_cents"; string note = 3;');

  /** Keeps what a build of a participant reads of receipts, and that it sends the tenant. */
  const record = (participant: string, build: string, reads: readonly (typeof price)[]) =>
    registry.client.recordUsage({
      participant,
      build,
      uses: [
        {
          module: "acme/shop",
          semver: "1.0.0",
          subject: "acme.shop.buy.v1",
          kind: "request",
          reads: { message: receipt, fields: reads },
          sends: {
            message: "acme.shop.v1.Order",
            fields: [{ path: "meta.tenant", numbers: [1, 2], type: "string" }],
          },
        },
      ],
    });
  const deploy = (participant: string, build: string) =>
    registry.client.recordDeployment({
      environment: "prod",
      participant,
      build,
      uses: [{ module: "acme/shop", semver: "1.0.0", role: "calls" }],
    });
  const check = async (proposed: ProposedModule) => {
    const modules = [{ name: proposed.name, files: proposed.files.map((file) => ({ ...file })) }];
    const { verdict, modules: reports } = await registry.client.check({ modules });
    return { verdict, findings: reports.flatMap((each) => each.findings) };
  };
  /** The rules of each finding, and who uses what it is about. */
  const shown = ({ findings }: { readonly findings: readonly Finding[] }) =>
    findings.map(({ rules, users }) => [
      rules.join("+"),
      users?.map(({ participant, build }) => `${participant}@${build}`).join() ?? null,
    ]);
  const byConsumer = "CONSUMER_USE_NO_BREAK+FIELD_NO_DELETE";

  beforeAll(async () => {
    await registry.push(withPrice);
    await registry.client.setPolicy({
      policy: {
        rules: [{ modules: "acme/shop", block: ["wire", "binding"] }],
        subjects: {},
        owners: {},
      },
      reason: "reserved fields of the shop may go",
      expectedVersion: 0,
    });
  });

  it("may go while nobody's use is recorded, and the policy lets it", async () => {
    const before = await check(withoutPrice);
    expect(before.verdict).toBe("accepted");
    expect(shown(before)).toEqual([["FIELD_NO_DELETE", null]]);
  });

  it("stays while a build that runs reads it, whatever the policy lets through", async () => {
    await record("shop-web", "2.1.0", [price]);
    await deploy("shop-web", "2.1.0");
    const problem = await registry.refusal(withoutPrice);
    const findings = problem.report?.modules.flatMap((each) => each.findings) ?? [];
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      rule: "CONSUMER_USE_NO_BREAK",
      rules: ["CONSUMER_USE_NO_BREAK", "FIELD_NO_DELETE"],
      tier: "wire",
      blocking: true,
      element: `${receipt}.price_cents`,
      message: `shop-web@2.1.0 (prod) reads price_cents of ${receipt}, which this proposal does not have.`,
      place: { file: "acme/shop/v1/shop.proto" },
      users: [{ participant: "shop-web", build: "2.1.0", environments: ["prod"], does: "reads" }],
    });
    // What it does not read may go.
    const other = await check(shopWith('reserved 3; reserved "note"; int64 price_cents = 2;'));
    expect(other.verdict).toBe("accepted");
    expect(shown(other)).toEqual([["FIELD_NO_DELETE", ""]]);
  });

  it("names those who use it in messages of other modules", async () => {
    const { findings } = await check(edited(commonModule(), "string tenant", "int32 tenant"));
    expect(findings[0]?.users).toEqual([
      { participant: "shop-web", build: "2.1.0", environments: ["prod"], does: "sends" },
    ]);
  });

  it("counts the last use that is known while the builds that run have recorded none", async () => {
    await record("bot", "1", [price]);
    await deploy("bot", "2");
    const both = await check(withoutPrice);
    expect(shown(both)).toEqual([[byConsumer, "shop-web@2.1.0,bot@1"]]);
    // Who runs is named first, though the other has recorded last.
    expect(both.findings[0]?.message).toMatch(/^shop-web@2.1.0 \(prod\) .* Another build uses it/);
    await record("bot", "2", []);
    expect(shown(await check(withoutPrice))).toEqual([[byConsumer, "shop-web@2.1.0"]]);
  });

  it("stays in an unstable package too, which promises nothing by its version", async () => {
    const beta = (fields: string) =>
      moduleOf("acme/beta", {
        "acme/beta/v1/beta.proto": eventProto("acme.beta.v1", "acme.beta.kept.v1"),
        "acme/beta/v1beta1/beta.proto": eventProto(
          "acme.beta.v1beta1",
          "acme.beta.noted.v1",
          fields,
        ),
      });
    const reserved = 'reserved 2; reserved "note";';
    await registry.push(beta("string note = 2;"));
    const note = { path: "note", numbers: [2], type: "string" };
    const reads = { message: "acme.beta.v1beta1.Noted", fields: [note] };
    const use = { module: "acme/beta", semver: "1.0.0", subject: "acme.beta.noted.v1.{id}" };
    await registry.client.recordUsage({
      participant: "diary",
      build: "1",
      uses: [{ ...use, kind: "event", reads, sends: null }],
    });
    const refused = await check(beta(reserved));
    expect(refused.verdict).toBe("rejected");
    expect(shown(refused)).toEqual([[byConsumer, "diary@1"]]);
    const { version, policy } = await registry.client.policy();
    await registry.client.setPolicy({
      policy: {
        ...policy,
        rules: [
          ...policy.rules,
          { modules: "acme/beta", block: [], allow: ["CONSUMER_USE_NO_BREAK"] },
        ],
      },
      reason: "the diary is moved by hand",
      expectedVersion: version,
    });
    const { releases } = await registry.push(beta(reserved));
    expect(releases).toMatchObject([{ semver: "1.1.0" }]);
  });

  it("may go once a build that does not read it has taken the other's place", async () => {
    await record("shop-web", "2.2.0", []);
    expect((await check(withoutPrice)).verdict).toBe("rejected");
    await deploy("shop-web", "2.2.0");
    const { report, releases } = await registry.push(withoutPrice);
    expect(report.verdict).toBe("accepted");
    // What the policy lets through still takes back what `^` promised.
    expect(releases).toMatchObject([{ module: "acme/shop", semver: "2.0.0" }]);
  });
});
