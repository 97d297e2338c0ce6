import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { startMock } from "../mock/mock.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";
import type { ContractUnderTest } from "./contract.ts";
import { exitCodeOf } from "./report.ts";
import { runContracts } from "./run.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let shop: ContractUnderTest;
let odd: ContractUnderTest;

beforeAll(async () => {
  const [shopImage, oddImage] = await Promise.all([
    compileTestdata("shop"),
    compileTestdata("odd"),
  ]);
  shop = contractOf("example/shop", shopImage, (file) => file.startsWith("shop/"));
  odd = contractOf("example/odd", oddImage, (file) => file.startsWith("odd/"));
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

describe("runContracts", () => {
  it("passes the laws of requests on a mock, and says that it is one", async () => {
    const mock = await startMock(nc, [shop], { evidence: "mock" });
    const orders = { ...shop, bindings: shop.bindings.filter((each) => each.kind === "request") };
    const report = await runContracts(nc, [orders], {
      seed: 42,
      laws: ["R1", "R2", "R3", "R4", "R7"],
    });
    await mock.stop();
    expect(exitCodeOf(report)).toBe(0);
    expect(report).toMatchObject({
      formatVersion: 2,
      seed: 42,
      environmentClass: "ephemeral",
      laws: ["R1", "R2", "R3", "R4", "R7"],
      totals: {
        bindings: 1,
        verdicts: { pass: 1, skipped: 0 },
        evidence: { real: 0, reference: 0, mock: 1 },
      },
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("lets a law of the whole account fail that is known to, until its last day", async () => {
    const mock = await startMock(nc, [shop], { evidence: "mock" });
    const orders = { ...shop, bindings: shop.bindings.filter((each) => each.kind === "request") };
    const known = { law: "D1", subject: "*", issue: "GH-1", until: "2027-01-31" };
    const judged = async (today: string) => {
      const report = await runContracts(nc, [orders], {
        seed: 1,
        laws: ["R1", "D1"],
        isWholeEstate: true,
        today,
        settings: { subjects: new Map(), knownFailing: [known] },
      });
      return [exitCodeOf(report), report.account.map(({ law, verdict }) => `${law} ${verdict}`)];
    };
    expect(await judged("2027-01-31")).toEqual([0, ["D1 known-failing"]]);
    expect(await judged("2027-02-01")).toEqual([100, ["D1 stale-known-failing"]]);
    await mock.stop();
  });

  it("marks every request, and fills each subject from its message", async () => {
    const seen: { subject: string; probe: string | undefined }[] = [];
    const observer = nc.subscribe("shop.order.v1.>", {
      callback: (_error, { subject, headers }) => {
        seen.push({ subject, probe: headers?.get("Charter-Probe") });
      },
    });
    const mock = await startMock(nc, [shop], { evidence: "mock" });
    const report = await runContracts(nc, [shop], { seed: 42, laws: ["R2", "R7"] });
    await mock.stop();
    observer.unsubscribe();
    const orders = report.modules[0]?.bindings.find((each) => each.kind === "request");
    expect(seen).toHaveLength(orders?.calls ?? 0);
    expect(new Set(seen.map((each) => each.probe))).toEqual(new Set([report.runId]));
    for (const { subject } of seen) {
      expect(subject).toMatch(/^shop\.order\.v1\.REGION_(NORTH|SOUTH)\.[a-z0-9-]{1,32}$/);
    }
  });

  it("only looks at what may have effects in production, and says why it does no more", async () => {
    const mock = await startMock(nc, [shop], { evidence: "mock" });
    const run = (environmentClass: "production" | "staging") =>
      runContracts(nc, [shop], { seed: 42, laws: ["R1", "R2"], environmentClass });
    const reports = [await run("production"), await run("staging")];
    await mock.stop();
    const [orders, inStaging] = reports.map((report) =>
      report.modules[0]?.bindings.find((each) => each.kind === "request"),
    );
    expect(orders).toMatchObject({
      verdict: "pass",
      calls: 0,
      laws: [
        { law: "R1", verdict: "pass", evidence: { called: 0 } },
        { law: "R2", verdict: "skipped", reason: expect.stringContaining("NO_SIDE_EFFECTS") },
      ],
    });
    expect(inStaging?.laws[1]?.reason).toContain("declare it, or run against an ephemeral one");
    const stopped = (await run("production")).modules[0]?.bindings[0];
    expect(stopped?.laws[0]).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringContaining("it may not be called here"),
    });
  });

  it("takes as many samples as it is told to, and never fewer than a law needs", async () => {
    const mock = await startMock(nc, [shop], { evidence: "mock" });
    const samples = async (wanted: number) => {
      const report = await runContracts(nc, [shop], {
        seed: 1,
        samples: wanted,
        laws: ["R2", "R7"],
      });
      return report.modules[0]?.bindings[0]?.laws.map((law) => law.samples);
    };
    expect(await samples(50)).toEqual([50, 50]);
    expect(await samples(1)).toEqual([20, 10]);
    await mock.stop();
  });

  it("blames the schema for a rule that fails to run, and is open where no message can be made", async () => {
    const mock = await startMock(nc, [odd], { evidence: "mock" });
    const report = await runContracts(nc, [odd], { seed: 3 });
    await mock.stop();
    const verdict = (rpc: string, law: string) =>
      report.modules[0]?.bindings
        .find((each) => each.element === `odd.v1.OddService.${rpc}`)
        ?.laws.find((each) => each.law === law);
    expect(verdict("FailingRule", "R2")).toMatchObject({
      verdict: "schema-bug",
      reason: expect.stringContaining("a rule of odd.v1.FailingRuleRequest"),
    });
    expect(verdict("Impossible", "R2")).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringContaining("field odd.v1.ImpossibleRequest.impossible"),
    });
    expect(verdict("DeadField", "R2")).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringContaining("left out: field odd.v1.DeadFieldRequest.dead"),
    });
    expect(verdict("Free", "R3")).toMatchObject({
      verdict: "skipped",
      reason: "the request has no rule that can be broken",
    });
    expect(report.totals).toMatchObject({
      bindings: 4,
      verdicts: { pass: 1, inconclusive: 2, "schema-bug": 1 },
    });
    expect(exitCodeOf(report)).toBe(3);
  });
});
