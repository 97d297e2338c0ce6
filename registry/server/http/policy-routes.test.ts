import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../core/limits.ts";
import { builtInPolicy, defaultPolicy, type Policy } from "../../core/policy/policy.ts";
import { eventModule, eventProto, moduleOf } from "../testing/protos.ts";
import { problemOf, startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry({ token: "policy-token" });
  await registry.push(eventModule("orders"), eventModule("stock"));
});
afterAll(() => registry.stop());

/** Sets a policy behind whatever is the newest. */
async function set(policy: Policy, reason = "for a test") {
  const { version } = await registry.client.policy();
  return registry.client.setPolicy({ policy, reason, expectedVersion: version });
}

const breaking = moduleOf("acme/orders", {
  "acme/orders/v1/orders.proto": eventProto("acme.orders.v1", "acme.orders.moved.v1"),
});

describe("GET /v1/policy", () => {
  it("gives the built-in policy by its version, and 404 for one that nobody has set", async () => {
    expect(await registry.client.policy(0)).toEqual(builtInPolicy);
    const { code, detail } = await problemOf(registry.client.policy(4711));
    expect(code).toBe("NOT_FOUND");
    expect(detail).toMatch(/no version 4711 of the policy; the newest is \d+/);
  });

  it.each(["", "-1", "x", "1.5", "9".repeat(10)])("refuses the version %j", async (version) => {
    const response = await fetch(`${registry.url}/v1/policy?version=${version}`);
    expect(response.status).toBe(400);
  });
});

describe("PUT /v1/policy", () => {
  it("asks for the write token", async () => {
    const response = await fetch(`${registry.url}/v1/policy`, { method: "PUT" });
    expect(response.status).toBe(401);
  });

  it("lets a break through from then on, and refuses it again when it is set back", async () => {
    expect((await registry.client.check({ modules: [plain(breaking)] })).verdict).toBe("rejected");
    const loose = await set({ ...defaultPolicy, rules: [{ modules: "acme/orders", block: [] }] });
    const report = await registry.client.check({ modules: [plain(breaking)] });
    expect(report).toMatchObject({ verdict: "accepted", policyVersion: loose.version });
    // No other module is any freer.
    const other = moduleOf("acme/stock", {
      "acme/stock/v1/stock.proto": eventProto("acme.stock.v1", "acme.stock.moved.v1"),
    });
    expect((await registry.client.check({ modules: [plain(other)] })).verdict).toBe("rejected");
    await set(defaultPolicy);
    expect((await registry.client.check({ modules: [plain(breaking)] })).verdict).toBe("rejected");
  });

  it("frees packages whose names promise nothing", async () => {
    const beta = (fields: string) =>
      moduleOf("acme/lab", {
        "acme/lab/v1beta1/lab.proto": eventProto("acme.lab.v1beta1", "acme.lab.noted.v1", fields),
      });
    await registry.push(beta("int32 count = 2;"));
    expect((await registry.client.check({ modules: [plain(beta(""))] })).verdict).toBe("accepted");
    await set({ ...defaultPolicy, rules: [{ modules: "*", block: ["wire"] }] });
    expect((await registry.client.check({ modules: [plain(beta(""))] })).verdict).toBe("rejected");
  });

  it("names subjects anew at once, and lists the heads that stay outside", async () => {
    const svc = moduleOf("acme/quest", {
      "quest/quest.proto": eventProto("quest", "svc.quest.v1.noted"),
    });
    expect((await problemOf(registry.client.check({ modules: [plain(svc)] }))).code).toBe(
      "BINDING_INVALID",
    );
    const naming = { grammars: ["svc.<domain>.v<major>.<operation>[.{id}…]"], unversioned: 1 };
    const { outside } = await set({ ...defaultPolicy, subjects: { acme: naming } });
    expect(outside.map(({ module, semver }) => `${module} ${semver}`)).toEqual([
      "acme/lab 0.1.0",
      "acme/orders 1.0.0",
      "acme/stock 1.0.0",
    ]);
    expect(outside[1]?.subjects).toEqual([
      {
        pattern: "acme.orders.noted.v1.{id}",
        reason: expect.stringContaining('"acme" stands where "svc" is expected'),
      },
    ]);
    expect((await registry.client.check({ modules: [plain(svc)] })).verdict).toBe("accepted");
    // What is registered stays as it is, and pushing it again is no change.
    expect((await registry.push(eventModule("orders"))).report.verdict).toBe("unchanged");
    const more = eventModule("orders", "string note = 2;");
    const { code, detail } = await registry.refusal(more);
    expect(code).toBe("BINDING_INVALID");
    expect(detail).toContain("expected svc.<domain>.v<major>.<operation>");
    await set(defaultPolicy);
  });

  it("keeps an owner's root from every other owner", async () => {
    const taken = { acme: { roots: ["acme", "ai"] } };
    await set({ ...defaultPolicy, subjects: { ...defaultPolicy.subjects, ...taken } });
    const thief = moduleOf("ai/x", {
      "ai/x/v1/x.proto": eventProto("ai.x.v1", "ai.x.noted.v1"),
    });
    expect((await registry.refusal(thief)).detail).toContain(
      '"ai" belongs to the modules of "acme", and this one is of "ai"',
    );
    await set(defaultPolicy);
  });

  it("sets nothing when the newest version is another than the sender expects", async () => {
    const before = await registry.client.policy();
    const rules = [{ modules: "*", block: [] }];
    const next = { policy: { ...defaultPolicy, rules }, reason: "late" };
    const call = registry.client.setPolicy({ ...next, expectedVersion: before.version + 1 });
    expect(await problemOf(call)).toMatchObject({
      code: "POLICY_MOVED",
      status: 409,
      detail: expect.stringContaining(`at version ${before.version} ("for a test")`),
    });
    expect(await registry.client.policy()).toEqual(before);
  });

  it("adds no version for what holds already, whatever the sender expects", async () => {
    const owners = { "acme/stock": ["stock-team"], "acme/*": ["shop-team"], "*": ["all"] };
    const policy = { ...defaultPolicy, owners };
    const first = await set(policy, "the first time");
    // The first that fits decides, so their order is kept on the way.
    const kept = (await registry.client.policy()).policy.owners;
    expect(Object.keys(kept)).toEqual(Object.keys(owners));
    const again = await registry.client.setPolicy({ policy, reason: "again", expectedVersion: 0 });
    expect(again).toMatchObject({ version: first.version, reason: "the first time" });
    const { versions } = await registry.client.policyHistory();
    expect(versions[0]).toMatchObject({ version: first.version, reason: "the first time" });
    expect(versions.at(-1)).toEqual({ version: 0, setAt: null, reason: "built in" });
    expect(versions.map((each) => each.version)).toEqual(
      Array.from({ length: first.version + 1 }, (_, i) => first.version - i),
    );
  });

  it("lets one of two that are set at the same time win", async () => {
    const { version: expectedVersion } = await registry.client.policy();
    const calls = ["one", "two"].map((team) =>
      registry.client
        .setPolicy({
          policy: { ...defaultPolicy, owners: { "*": [team] } },
          reason: team,
          expectedVersion,
        })
        .then((done) => done.reason)
        .catch(() => "moved"),
    );
    const outcomes = await Promise.all(calls);
    expect(outcomes).toContain("moved");
    const { version, reason } = await registry.client.policy();
    expect(version).toBe(expectedVersion + 1);
    expect(outcomes).toContain(reason);
  });

  it("names every place that cannot be set, and what is near", async () => {
    const policy: Policy = {
      rules: [{ modules: "acme", block: [], allow: ["FIELD_NO_DELET"] }],
      subjects: { acme: { grammars: [">"] } },
      owners: {},
    };
    const problem = await problemOf(set(policy));
    expect(problem.code).toBe("INVALID_REQUEST");
    expect(problem.places.map((place) => place.message)).toEqual([
      expect.stringContaining('rules[0].modules: "acme" fits no module'),
      expect.stringContaining("nearest are FIELD_NO_DELETE"),
      expect.stringContaining('subjects.acme.grammars: ">" cannot be read'),
    ]);
  });

  it.each<[string, (body: Body) => unknown]>([
    ["a blank reason", (body) => ({ ...body, reason: " \n" })],
    ["a long reason", (body) => ({ ...body, reason: "x".repeat(limits.reasonLength + 1) })],
    ["no version", ({ policy, reason }) => ({ policy, reason })],
    ["another key", (body) => ({ ...body, force: true })],
    ["a tier that is none", (body) => withRule(body, { modules: "*", block: ["compatible"] })],
    ["a rule with another key", (body) => withRule(body, { modules: "*", block: [], note: "" })],
    ["no stability", (body) => withRule(body, { modules: "*", block: [], stability: [] })],
    [
      "too many rules",
      (body) => withRule(body, ...Array(limits.policyRules + 1).fill({ modules: "*", block: [] })),
    ],
    ["unversioned 0", (body) => withSubjects(body, { acme: { unversioned: 0 } })],
    [
      "a long grammar",
      (body) => withSubjects(body, { acme: { grammars: ["a".repeat(limits.grammarLength + 1)] } }),
    ],
    [
      "too many owners",
      (body) => {
        const names = Array.from({ length: limits.policyOwners + 1 }, (_, i) => [`o${i}`, {}]);
        return withSubjects(body, Object.fromEntries(names));
      },
    ],
    ["a line break in a name", (body) => withSubjects(body, { "a\nb": {} })],
    ["no policy", (body) => ({ ...body, policy: null })],
  ])("refuses %s", async (_what, change) => {
    const before = await registry.client.policy();
    const body = { policy: { ...defaultPolicy }, reason: "x", expectedVersion: before.version };
    const response = await fetch(`${registry.url}/v1/policy`, {
      method: "PUT",
      headers: { authorization: "Bearer policy-token", "content-type": "application/json" },
      body: JSON.stringify(change(body)),
    });
    expect(response.status).toBe(400);
    expect(await registry.client.policy()).toEqual(before);
  });
});

describe("POST /v1/policy/checks", () => {
  it("says what a policy would bring, and sets nothing", async () => {
    const before = await registry.client.policy();
    const review = await registry.client.reviewPolicy({
      ...defaultPolicy,
      rules: [{ modules: "acme/order", block: ["json"] }],
      subjects: { acme: { roots: ["other"] } },
    });
    expect(review.warnings).toEqual([
      'rules[0].modules: "acme/order" fits no registered module; the nearest are acme/orders, acme/lab, acme/stock',
      "rules[0].block: it has json and not wire, which breaks more",
    ]);
    expect(review.outside.map((head) => head.module)).toContain("acme/orders");
    expect(await registry.client.policy()).toEqual(before);
  });
});

interface Body {
  readonly policy: object;
  readonly reason: string;
  readonly expectedVersion: number;
}

function withRule(body: Body, ...rules: readonly object[]): object {
  return { ...body, policy: { ...body.policy, rules } };
}

function withSubjects(body: Body, subjects: object): object {
  return { ...body, policy: { ...body.policy, subjects } };
}

/** The client's type has lists that may be written to. */
function plain({ name, files }: ReturnType<typeof moduleOf>) {
  return { name, files: files.map((file) => ({ ...file })) };
}
