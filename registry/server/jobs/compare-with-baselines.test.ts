import { afterAll, beforeAll, expect, it } from "vitest";
import type { Finding } from "../../core/gate/report.ts";
import { commonModule, firstBodyLine, moduleOf, ordersModule, proto } from "../testing/protos.ts";
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
