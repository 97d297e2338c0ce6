import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultPolicy, type Policy } from "../../core/policy/policy.ts";
import type { Store } from "../ports.ts";
import { dumpDatabase } from "../testing/dump.ts";
import { eventModule, eventProto, moduleOf } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;
/** What is done between a verdict and its commit, one for each commit. */
let between: ((store: Store) => void)[];
let commits: number;

beforeEach(async () => {
  between = [];
  commits = 0;
  registry = await startTestRegistry({
    intercept: ({ store, ...edges }) => ({
      ...edges,
      store: {
        ...store,
        commit(plan) {
          commits++;
          between.shift()?.(store);
          return store.commit(plan);
        },
      },
    }),
  });
});
afterEach(() => registry.stop());

const setting = (policy: Policy) => (store: Store) => {
  const { version } = store.policy();
  const next = { policy, reason: "meanwhile", setAt: "2026-01-01T00:00:00.000Z" };
  expect(store.setPolicy({ ...next, expectedVersion: version })).toBe("set");
};
const loose: Policy = { ...defaultPolicy, rules: [{ modules: "*", block: [] }] };
const svc: Policy = { ...defaultPolicy, subjects: { "*": { grammars: ["svc.<x…>"] } } };

describe("registerProposal while the policy is set", () => {
  it("registers what the new policy takes as well, judged by the new one", async () => {
    between = [setting({ ...defaultPolicy, owners: { "*": ["all"] } })];
    const { report, releases } = await registry.push(eventModule("orders"));
    expect(commits).toBe(2);
    expect(report).toMatchObject({ verdict: "accepted", policyVersion: 1 });
    expect(releases.map((each) => each.semver)).toEqual(["1.0.0"]);
    expect(dumpDatabase(registry.dataDir).release).toHaveLength(1);
  });

  it("refuses a break that only the old policy lets through", async () => {
    const { client } = registry;
    await registry.push(eventModule("orders"));
    await client.setPolicy({ policy: loose, reason: "free", expectedVersion: 0 });
    between = [setting(defaultPolicy)];
    const moved = eventProto("acme.orders.v1", "acme.orders.moved.v1");
    const problem = await registry.refusal(
      moduleOf("acme/orders", { "acme/orders/v1/orders.proto": moved }),
    );
    expect(problem).toMatchObject({
      code: "BREAKING_CHANGE",
      report: { verdict: "rejected", policyVersion: 2 },
    });
    expect((await client.release("acme/orders", "latest")).semver).toBe("1.0.0");
  });

  it("refuses subjects that only the old grammar takes", async () => {
    between = [setting(svc)];
    const problem = await registry.refusal(eventModule("orders"));
    expect(problem.code).toBe("BINDING_INVALID");
    expect(dumpDatabase(registry.dataDir).release).toEqual([]);
  });

  it("answers 409 and registers nothing when the policy is set again and again", async () => {
    between = [setting(loose), setting(defaultPolicy)];
    const before = dumpDatabase(registry.dataDir).release;
    const problem = await registry.refusal(eventModule("orders"));
    expect(problem).toMatchObject({ code: "POLICY_MOVED", status: 409 });
    expect(problem.detail).toContain("Check again, and push");
    expect(dumpDatabase(registry.dataDir).release).toEqual(before);
    expect((await registry.push(eventModule("orders"))).report.policyVersion).toBe(2);
  });

  it("gives each of many pushes one outcome, by the policy that held when it was committed", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const pushes = names.map((name) =>
      registry.push(eventModule(name)).then(
        ({ report }) => `${report.policyVersion} ${report.verdict}`,
        () => "refused",
      ),
    );
    // The registrations run one at a time, so this is set between two of them, or within one.
    const set = registry.client.setPolicy({ policy: svc, reason: "now", expectedVersion: 0 });
    const outcomes = await Promise.all(pushes);
    await set;
    expect(new Set([...outcomes, "0 accepted", "refused"])).toEqual(
      new Set(["0 accepted", "refused"]),
    );
    const modules = (await registry.client.modules()).map((each) => each.name);
    const accepted = names.filter((_, i) => outcomes[i] === "0 accepted");
    expect(modules).toEqual(accepted.map((name) => `acme/${name}`));
    expect((await registry.refusal(eventModule("late"))).code).toBe("BINDING_INVALID");
  });
});
