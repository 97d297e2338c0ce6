import { VerificationRecordedContract, VerificationVerdict } from "@charter/registry/v1";
import { subscribe } from "@charter-nats/runtime";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { createRegistryClient } from "../../api/client.ts";
import { limits } from "../../core/limits.ts";
import type { TestedSubject, TestRun } from "../../core/verification/verification.ts";
import { commonModule, ordersModule } from "../testing/protos.ts";
import { problemOf, startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

const token = "a-write-token-of-this-test";
let nats: RunningNatsServer;
let listener: NatsConnection;
let registry: TestRegistry;
let digest: string;
/** What the registry has announced, as `<module> <participant>@<build> <verdict>`. */
const heard: string[] = [];

beforeAll(async () => {
  nats = await startNatsServer();
  listener = await connect({ servers: nats.url });
  await subscribe(listener, VerificationRecordedContract, {}, (event) => {
    const { owner, name, participant, build, verdict, runId } = event;
    const told = `${owner}/${name} ${participant}@${build} ${VerificationVerdict[verdict]}`;
    heard.push(`${runId}: ${told}`);
  });
  registry = await startTestRegistry({ token, nats });
  const { releases } = await registry.push(commonModule(), ordersModule());
  digest = releases.find((each) => each.module === "acme/orders")?.digest ?? "";
});
afterAll(async () => {
  await registry.stop();
  await listener.close();
  await nats.stop();
});

const subject = "acme.orders.place.v1";

function tested(change: Partial<TestedSubject> = {}): TestedSubject {
  const laws = [{ law: "R2", verdict: "pass", samples: 20 } as const];
  const release = { module: "acme/orders", semver: "1.0.0", digest };
  const whose = { participant: "orders", build: "1" };
  return { ...whose, ...release, subject, evidence: "real", laws, untried: [], ...change };
}

function run(change: Partial<TestRun> = {}, rows: readonly TestedSubject[] = [tested()]): TestRun {
  const testedAt = new Date().toISOString();
  const lawSet = `sha256:${"0".repeat(64)}`;
  const by = { runner: "charter 0.1.0", lawSet, seed: 1 };
  return { runId: "run", environment: "staging", testedAt, ...by, rows, ...change };
}

const record = (change: Partial<TestRun> = {}, rows?: readonly TestedSubject[]) =>
  registry.client.recordTestRun(run(change, rows));

describe("POST /v1/verifications", () => {
  it("keeps a run once, announces it once, and makes the verdict itself", async () => {
    const failing = { law: "R3", verdict: "fail", samples: 4 } as const;
    const rows = [tested({ participant: "once", laws: [...tested().laws, failing] })];
    const first = run({ runId: "once" }, rows);
    const counts = { runId: "once", recorded: 1 };
    expect(await registry.client.recordTestRun(first)).toEqual({ ...counts, repeated: false });
    expect(await registry.client.recordTestRun(first)).toEqual({ ...counts, repeated: true });
    const { verifications } = await registry.client.verifications({ participant: "once" });
    const [{ laws = [], ...row } = {}, ...more] = verifications;
    expect(more).toEqual([]);
    expect(laws).toHaveLength(2);
    expect(row).toMatchObject({ kind: "request", verdict: "fail", runId: "once", digest });
    await record({ runId: "once-later" }, rows);
    const later = "once-later: acme/orders once@1 FAIL";
    await vi.waitFor(() => expect(heard).toContain(later), 10_000);
    expect(heard.filter((each) => each.startsWith("once: "))).toEqual([
      "once: acme/orders once@1 FAIL",
    ]);
  });

  it("keeps all of a run or nothing", async () => {
    const rows = [tested({ participant: "whole" }), tested({ subject: "acme.orders.none.v1" })];
    const problem = await problemOf(record({ runId: "whole" }, rows));
    expect(problem).toMatchObject({ code: "NOT_FOUND" });
    expect(problem.detail).toContain('acme/orders@1.0.0 binds no subject "acme.orders.none.v1"');
    const kept = await registry.client.verifications({ participant: "whole" });
    expect(kept).toEqual({ verifications: [], more: false });
  });

  it("refuses other results under the id of a run that is kept", async () => {
    await record({ runId: "same" }, [tested({ participant: "same" })]);
    const problem = await problemOf(record({ runId: "same" }, [tested({ participant: "same" })]));
    expect(problem).toMatchObject({ code: "INVALID_REQUEST" });
    expect(problem.detail).toContain("The run same is kept already, with other results");
  });

  it("asks for the write token", async () => {
    const problem = await problemOf(
      createRegistryClient({ url: registry.url }).recordTestRun(run()),
    );
    expect(problem.code).toBe("UNAUTHENTICATED");
  });

  const many = <T>(count: number, each: T) => Array.from({ length: count }, () => each);
  const soon = () => new Date(Date.now() + limits.clockAheadMs + 60_000).toISOString();

  it.each<[string, Partial<TestRun>, Partial<TestedSubject>, string, string]>([
    ["an unknown release", {}, { semver: "9.0.0" }, "NOT_FOUND", "acme/orders@9.0.0 is not"],
    ["another digest", {}, { digest: `sha256:${"1".repeat(64)}` }, "INVALID_REQUEST", "digest"],
    ["a time to come", { testedAt: soon() }, {}, "INVALID_REQUEST", "Set the clock"],
    ["no time", { testedAt: "yesterday night" }, {}, "INVALID_REQUEST", "RFC 3339"],
    ["no row", { rows: [] }, {}, "INVALID_REQUEST", "/rows"],
    ["one row twice", {}, {}, "INVALID_REQUEST", "two results of orders@1"],
    ["no law", {}, { laws: [] }, "INVALID_REQUEST", "/laws"],
    [
      "too many laws",
      {},
      { laws: many(limits.lawsPerSubject + 1, { law: "R2", verdict: "pass", samples: 1 }) },
      "INVALID_REQUEST",
      "/laws",
    ],
    [
      "control characters in a law",
      {},
      { laws: [{ law: "R\u001b[2J", verdict: "pass", samples: 1 }] },
      "INVALID_REQUEST",
      "/law",
    ],
    [
      "a verdict that is none",
      {},
      { laws: [{ law: "R2", verdict: "fine" as "pass", samples: 1 }] },
      "INVALID_REQUEST",
      "/verdict",
    ],
    ["a build that is no name", {}, { build: "1 ; rm" }, "INVALID_REQUEST", "/build"],
    ["control characters in the runner", { runner: "a\nb" }, {}, "INVALID_REQUEST", "/runner"],
    ["a run id that is none", { runId: "../.." }, {}, "INVALID_REQUEST", "/runId"],
    ["an environment that is none", { environment: "Prod" }, {}, "INVALID_REQUEST", "/environment"],
    ["a member too many", { extra: 1 } as object, {}, "INVALID_REQUEST", "additional"],
  ])("refuses %s, and says so", async (name, change, subjectChange, code, text) => {
    const row = tested({ participant: "hostile", ...subjectChange });
    const rows = name === "one row twice" ? [tested(), tested()] : [row];
    const problem = await problemOf(record({ runId: "hostile", rows, ...change }));
    expect(problem).toMatchObject({ code });
    expect(problem.detail).toContain(text);
    const kept = await registry.client.verifications({ participant: "hostile" });
    expect(kept.verifications).toEqual([]);
  });

  it("takes the largest run, and no larger one", async () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => tested({ participant: "zz-large", build: `b${i}` }));
    const most = limits.subjectsPerRun;
    const refused = await problemOf(record({ runId: "larger" }, rows(most + 1)));
    expect(refused.detail).toContain("/rows");
    expect(await record({ runId: "large" }, rows(most))).toMatchObject({ recorded: most });
    const listed = await registry.client.verifications({ participant: "zz-large" });
    expect(listed.verifications).toHaveLength(limits.pageSize);
    expect(listed.more).toBe(true);
  });
});

it("a run whose answer was lost is kept once, however often it is sent", async () => {
  let isLost = true;
  const own = await startTestRegistry({
    intercept: ({ store, ...edges }) => ({
      ...edges,
      store: {
        ...store,
        recordRun(given) {
          const outcome = store.recordRun(given);
          if (!isLost) return outcome;
          throw new Error("the process ends before it answers");
        },
      },
    }),
  });
  try {
    await own.push(commonModule(), ordersModule());
    const sent = run({ runId: "lost" });
    expect(await problemOf(own.client.recordTestRun(sent))).toMatchObject({ code: "INTERNAL" });
    isLost = false;
    await own.restart();
    const again = await own.client.recordTestRun(sent);
    expect(again).toEqual({ runId: "lost", recorded: 1, repeated: true });
    expect((await own.client.verifications()).verifications).toHaveLength(1);
  } finally {
    await own.stop();
  }
});

describe("GET /v1/deployments/check and /matrix", () => {
  it("refuse what is no name", async () => {
    const planned = { participant: "shop", build: "1", environment: "prod" };
    for (const change of [{ participant: "a b" }, { environment: "P" }, { maxAgeDays: 0 }]) {
      const problem = await problemOf(registry.client.checkDeployment({ ...planned, ...change }));
      expect(problem.code).toBe("INVALID_REQUEST");
    }
    expect((await problemOf(registry.client.deploymentMatrix({ module: "a" }))).code).toBe(
      "INVALID_REQUEST",
    );
  });

  it("answer from what is kept, however old it may be", async () => {
    const testedAt = new Date(Date.now() - 30 * 86_400_000).toISOString();
    await record({ runId: "old", testedAt }, [tested({ participant: "old" })]);
    const planned = { participant: "old", build: "1", environment: "prod" };
    expect(await registry.client.checkDeployment(planned)).toMatchObject({ answer: "yes" });
    const young = await registry.client.checkDeployment({ ...planned, maxAgeDays: 29 });
    expect(young).toMatchObject({ answer: "not_known", unknown: null });
    expect(young.subjects[0]?.reason).toContain("only what was tested in the last 29 days counts");
    const { lines } = await registry.client.deploymentMatrix({ module: "acme/orders" });
    expect(lines.filter((each) => each.participant === "old")).toMatchObject([
      { runsIn: [], subject, semver: "1.0.0", tested: { verdict: "pass", environment: "staging" } },
    ]);
    expect((await registry.client.deploymentMatrix({ environment: "prod" })).lines).toEqual([]);
  });

  it("answer the same after a restart", async () => {
    await registry.restart();
    const planned = { participant: "old", build: "1", environment: "prod" };
    expect(await registry.client.checkDeployment(planned)).toMatchObject({ answer: "yes" });
  });
});
