import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../storage/open.ts";
import { createStore } from "../storage/store.ts";
import { dumpDatabase } from "../testing/dump.ts";
import {
  commonModule,
  eventModule,
  eventProto,
  moduleOf,
  ordersModule,
  proto,
} from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import type { ProposedModule } from "./proposal.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

async function semverOf(...modules: ProposedModule[]): Promise<string | undefined> {
  const { releases } = await registry.push(...modules);
  return releases[0]?.semver;
}

describe("registerProposal gives versions by what changed", () => {
  it("1.0.0 first, nothing for the same files again, then minor, patch and a revert", async () => {
    const first = eventModule("versions");
    expect(await semverOf(first)).toBe("1.0.0");

    const again = await registry.push(first);
    expect(again.releases).toEqual([]);
    expect(again.report).toMatchObject({
      verdict: "unchanged",
      modules: [
        {
          verdict: "unchanged",
          semver: "1.0.0",
          baselines: [{ semver: "1.0.0", reasons: [{ kind: "head" }] }],
        },
      ],
    });

    const added = eventModule("versions", "string note = 2;");
    expect(await semverOf(added)).toBe("1.1.0");
    const commented = eventModule("versions", "string note = 2; // What happened.");
    expect(await semverOf(commented)).toBe("1.1.1");
    // A revert of a comment is a release of its own, with the digest of the earlier one.
    expect(await semverOf(added)).toBe("1.1.2");

    const { versions } = await registry.client.releases("acme/versions");
    expect(versions.map((each) => each.semver)).toEqual(["1.1.2", "1.1.1", "1.1.0", "1.0.0"]);
    expect(versions[0]?.digest).toBe(versions[2]?.digest);
    expect(new Set(versions.map((each) => each.digest)).size).toBe(3);
  });

  it("0.1.0 while every package is unstable, and 1.0.0 with the first stable one", async () => {
    const beta = {
      "acme/young/v1beta1/young.proto": eventProto("acme.young.v1beta1", "acme.young.noted.v1"),
    };
    expect(await semverOf(moduleOf("acme/young", beta))).toBe("0.1.0");
    const stable = {
      "acme/young/v2/young.proto": eventProto("acme.young.v2", "acme.young.noted.v2"),
    };
    expect(await semverOf(moduleOf("acme/young", { ...beta, ...stable }))).toBe("1.0.0");
  });

  it("a minor for v2 beside v1, whose contract stays as it was", async () => {
    const v1 = { "acme/twin/v1/twin.proto": eventProto("acme.twin.v1", "acme.twin.noted.v1") };
    const v2 = { "acme/twin/v2/twin.proto": eventProto("acme.twin.v2", "acme.twin.noted.v2") };
    await registry.push(moduleOf("acme/twin", v1));
    expect(await semverOf(moduleOf("acme/twin", { ...v1, ...v2 }))).toBe("1.1.0");
    const subjects = await registry.client.subjects({ match: "acme.twin.>" });
    expect(subjects.map((each) => [each.pattern, each.subjectVersion])).toEqual([
      ["acme.twin.noted.v1.{id}", 1],
      ["acme.twin.noted.v2.{id}", 1],
    ]);
    for (const files of [v2, { ...v2, ...changed(v1) }]) {
      const problem = await registry.refusal(moduleOf("acme/twin", files));
      expect(problem.code).toBe("BREAKING_CHANGE");
      expect(problem.report?.modules[0]).toMatchObject({ verdict: "rejected", semver: null });
    }
  });
});

/** The same files with the type of a field changed. */
function changed(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replace("string id = 1", "int64 id = 1"),
    ]),
  );
}

describe("registerProposal with several modules", () => {
  it("registers modules that import each other's files in one push, dependencies first", async () => {
    const pushed = await registry.push(ordersModule(), commonModule());
    expect(pushed.releases.map((each) => each.module)).toEqual(["acme/common", "acme/orders"]);
    const orders = await registry.client.release("acme/orders", "1.0.0");
    expect(orders.dependencies).toEqual([{ module: "acme/common", semver: "1.0.0" }]);
  });

  it("locks a release to the heads of its dependencies, which a later release does not move", async () => {
    await registry.push(commonModule("string region = 3;"));
    const before = await registry.client.release("acme/orders", "latest");
    expect(before.semver).toBe("1.0.0");
    expect(before.dependencies).toEqual([{ module: "acme/common", semver: "1.0.0" }]);

    await registry.push(ordersModule("string colour = 3;"));
    const after = await registry.client.release("acme/orders", "latest");
    expect(after.dependencies).toEqual([{ module: "acme/common", semver: "1.1.0" }]);
    // The request now contains the new Meta and a new field: the subject's contract is another.
    expect(after.bindings[0]).toMatchObject({ pattern: "acme.orders.place.v1", subjectVersion: 2 });
  });

  it("registers nothing when one module of several is refused", async () => {
    await registry.push(eventModule("steady"));
    const before = dumpDatabase(registry.dataDir);
    const breaking = moduleOf("acme/steady", {
      "acme/steady/v1/steady.proto": proto("acme.steady.v1", "message Other {}"),
    });
    const problem = await registry.refusal(eventModule("bystander"), breaking);
    expect(problem.code).toBe("BREAKING_CHANGE");
    expect(problem.report?.modules.map(({ module, verdict }) => [module, verdict])).toEqual([
      ["acme/bystander", "accepted"],
      ["acme/steady", "rejected"],
    ]);
    expect(dumpDatabase(registry.dataDir)).toEqual(before);
    await expect(registry.client.release("acme/bystander", "latest")).rejects.toThrow(
      /No module "acme\/bystander"/,
    );
  });

  it("keeps the report of a check and of a refusal, readable by its id", async () => {
    const proposal = { modules: [{ ...eventModule("checked"), files: filesOf("checked") }] };
    const report = await registry.client.check(proposal);
    expect(report).toMatchObject({
      verdict: "accepted",
      modules: [{ baselines: [], semver: "1.0.0" }],
    });
    expect(await registry.client.report(report.id)).toEqual(report);
    await expect(registry.client.release("acme/checked", "latest")).rejects.toThrow(/No module/);
  });
});

function filesOf(name: string) {
  return eventModule(name).files.map((file) => ({ ...file }));
}

describe("registerProposal that loses a race", () => {
  it("answers 409, registers nothing, and succeeds when it is repeated", async () => {
    let others: (() => void) | null = null;
    const raced = await startTestRegistry({
      intercept: (edges) => ({
        ...edges,
        store: {
          ...edges.store,
          commit(plan) {
            others?.();
            others = null;
            return edges.store.commit(plan);
          },
        },
      }),
    });
    try {
      await raced.push(commonModule());
      // Between verdict and commit, head moves through a connection of its own.
      others = () => moveHead(raced.dataDir, "acme/common");
      const problem = await raced.refusal(ordersModule());
      expect(problem).toMatchObject({ code: "BASELINE_MOVED", status: 409 });
      expect(dumpDatabase(raced.dataDir).release).toHaveLength(2);

      await raced.push(ordersModule());
      const orders = await raced.client.release("acme/orders", "latest");
      expect(orders.dependencies).toEqual([{ module: "acme/common", semver: "1.0.1" }]);
    } finally {
      await raced.stop();
    }
  });

  it("gives pushes of one module at the same time one version each", async () => {
    const texts = ["a", "b", "c", "d", "e"].map((name) => `string note = 2; // ${name}`);
    const pushes = texts.map((text) => registry.push(eventModule("crowd", text)));
    const semvers = (await Promise.all(pushes)).map((each) => each.releases[0]?.semver);
    expect(semvers.sort()).toEqual(["1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4"]);
  });
});

/** Registers a copy of a module's head as its next release. */
function moveHead(dataDir: string, module: string): void {
  const db = openDatabase(dataDir);
  const store = createStore(db);
  const head = store.head(module);
  const release = head === null ? null : store.release(module, head.semver);
  if (head === null || release === null) throw new Error(`${module} has no head`);
  const outcome = store.commit({
    registeredAt: head.registeredAt,
    heads: new Map([[module, head.id]]),
    policyVersion: 0,
    releases: [
      {
        ...release,
        semver: "1.0.1",
        image: store.image(head.id),
        imports: [],
        bindings: [],
        numbers: [],
        claims: [],
        packageName: `@${module}`,
        generator: "test",
      },
    ],
  });
  db.close();
  expect(outcome).toBe("committed");
}
