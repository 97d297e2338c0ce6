import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { type BakeryFault, startBakery } from "../../faults/bakery.ts";
import { bakeryContract } from "../../faults/bakery-contract.ts";
import type { RunningServices } from "../../faults/planted-fault.ts";
import { startShop } from "../../faults/shop.ts";
import { orderContract } from "../../faults/shop-contract.ts";
import type { ContractUnderTest } from "../contract.ts";
import { replayCase } from "../replay/replay.ts";
import type { BindingResult, LawResult } from "../report.ts";
import { runContracts } from "../run.ts";
import type { SubjectSettings } from "../settings.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let services: RunningServices | undefined;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});
afterAll(async () => {
  await nc.close();
  await server.stop();
});
afterEach(async () => {
  await services?.stop();
});

async function bindingOf(
  law: string,
  contract: ContractUnderTest,
  settings: SubjectSettings = {},
): Promise<BindingResult> {
  const subjects = new Map(contract.bindings.map(({ pattern }) => [pattern, settings]));
  const report = await runContracts(nc, [contract], {
    seed: 5,
    laws: [law],
    settings: { subjects, knownFailing: [] },
  });
  return report.modules[0]?.bindings[0] as BindingResult;
}

async function bakery(
  law: string,
  fault: BakeryFault = {},
  settings: SubjectSettings = {},
  contract?: ContractUnderTest,
): Promise<LawResult> {
  const tested = contract ?? (await bakeryContract());
  services = await startBakery(nc, tested, fault);
  return (await bindingOf(law, tested, settings)).laws[0] as LawResult;
}

async function shop(law: string): Promise<LawResult> {
  const tested = await orderContract();
  services = await startShop(nc, tested);
  return (await bindingOf(law, tested)).laws[0] as LawResult;
}

describe("R5", () => {
  it("takes a request_id that request and reply have at one path for what correlates", async () => {
    expect(await bakery("R5")).toMatchObject({
      verdict: "pass",
      samples: 10,
      evidence: { fields: "request_id repeats request_id" },
    });
  });

  it("holds a reply to what a contract file says", async () => {
    const correlate = { request: "request_id", reply: "order_id" };
    expect(await bakery("R5", {}, { correlate })).toMatchObject({
      verdict: "fail",
      failure: {
        summary: "order_id of the reply must repeat request_id of the request",
        answer: expect.stringMatching(
          /^a bakery.v1.OrderResponse with ".+", and not "[a-z0-9-]{1,32}"$/,
        ),
      },
    });
  });

  it("is open where a contract file names what is not there", async () => {
    const correlate = { request: "meta.request_id", reply: "order_id" };
    expect(await bakery("R5", {}, { correlate })).toMatchObject({
      verdict: "inconclusive",
      reason:
        "the contract file names meta.request_id in `correlate`, and bakery.v1.OrderRequest has no single value there",
    });
  });

  it("is skipped where nothing says what correlates", async () => {
    expect(await shop("R5")).toMatchObject({ verdict: "skipped" });
  });
});

describe("R6", () => {
  it("finds a service that is always late", async () => {
    expect(await bakery("R6", { takesMs: () => 120 })).toMatchObject({
      verdict: "fail",
      failure: {
        summary: "an answer must come within 40 ms",
        answer: expect.stringMatching(/^answers after (\d+(\.\d)?, ){3}\d+(\.\d)? ms, one after/),
        message: { loaves: 1 },
      },
    });
  });

  it("finds a service that is late too often, though not with the same request again", async () => {
    let orders = 0;
    const { verdict, failure } = await bakery("R6", {
      takesMs: () => (orders++ % 2 === 0 ? 60 : 0),
    });
    expect(verdict).toBe("fail");
    expect(failure?.summary).toMatch(/^an answer must come within 40 ms; \d+ of 30 did not$/);
  });

  it("puts up with a hiccup, and says that there was one", async () => {
    let orders = 0;
    const result = await bakery("R6", { takesMs: () => (orders++ === 7 ? 120 : 0) });
    expect(result).toMatchObject({ verdict: "pass", samples: 30 });
    expect(result.evidence.late).toBeGreaterThanOrEqual(1);
    expect(result.evidence.p99Ms).toBeGreaterThan(40);
  });

  it("judges the budgets of a contract file by as many samples as it says", async () => {
    const takesMs = () => 15;
    const kept = { p50Ms: 1000, p95Ms: 1000, p99Ms: 1000, minimumSamples: 40 };
    expect(await bakery("R6", { takesMs }, { latency: kept })).toMatchObject({
      verdict: "pass",
      samples: 40,
    });
    await services?.stop();
    const broken = { p95Ms: 10, minimumSamples: 40 };
    const { verdict, failure } = await bakery("R6", { takesMs }, { latency: broken });
    expect(verdict).toBe("fail");
    expect(failure?.summary).toMatch(/^p95 must be within 10 ms, and is [\d.]+ ms of 40 answers$/);
  });
});

describe("R8", () => {
  it("names the release whose message is refused", async () => {
    const { verdict, failure } = await bakery("R8", { refusesUnknown: (number) => number === 5 });
    expect(verdict).toBe("fail");
    expect(failure?.summary).toBe(
      "a request that is valid in 1.0.0 was not answered as the contract says: 500 internal",
    );
    expect(failure?.message).toMatchObject({ coupon: expect.stringMatching(/^.$/su), loaves: 1 });
  });

  it("names the rule where the contract itself does not take the message any more", async () => {
    const tightened = await bakeryContract("1.2.0", { "1.1.0": "older" });
    const { verdict, failure } = await bakery("R8", {}, {}, tightened);
    expect(verdict).toBe("fail");
    expect(failure).toMatchObject({
      summary: expect.stringContaining("1.2.0 refuses it by uint32.gte_lte at loaves"),
      message: { loaves: 101 },
      rule: { id: "uint32.lte", field: "loaves", line: expect.any(Number) },
    });
  });

  it("covers a release whose request is the same without trying it again", async () => {
    const contract = await bakeryContract("1.1.0", { "1.1.0": "older" });
    services = await startBakery(nc, contract);
    const { laws, coverage } = await bindingOf("R8", {
      ...contract,
      others: contract.others.map((each) => ({ ...each, semver: "1.0.9" })),
    });
    expect(laws[0]).toMatchObject({
      verdict: "skipped",
      reason: "the request is the same in 1.0.9",
    });
    expect(coverage.versions).toEqual(["1.1.0", "1.0.9"]);
  });

  it("is skipped without an older release", async () => {
    expect(await shop("R8")).toMatchObject({
      verdict: "skipped",
      reason: "there is no older release of this major",
    });
  });
});

describe("R9", () => {
  it("tries messages of newer releases, too", async () => {
    const contract = await bakeryContract("1.0.0", { "1.1.0": "newer" });
    services = await startBakery(nc, contract);
    const { laws, coverage } = await bindingOf("R9", contract);
    expect(laws[0]).toMatchObject({
      verdict: "pass",
      evidence: {
        tried: [
          "unknown fields: 10 granted",
          "crust = 3: 2 granted",
          expect.stringMatching(/^1\.1\.0: 10 granted/),
        ],
        untried: [],
      },
    });
    expect(coverage.versions).toEqual(["1.0.0", "1.1.0"]);
  });

  it("lets a newer caller be refused by a rule, and by a rule only", async () => {
    const contract = await bakeryContract("1.2.0", { "1.1.0": "newer" });
    const kept = await bakery("R9", {}, {}, contract);
    expect(kept.verdict).toBe("pass");
    expect(kept.evidence.tried).toContainEqual(
      expect.stringMatching(/^1\.1\.0: \d+ granted, \d+ × refused by a rule here$/),
    );
  });

  it("leaves alone what fails without anything unknown, too", async () => {
    const result = await bakery("R9", { refusesCrust: () => true });
    expect(result.verdict).toBe("inconclusive");
    expect(result.reason).toMatch(/^unknown fields: .*400 invalid_argument, as without it/);
  });
});

describe("R10", () => {
  it("is skipped where the contract lets nobody retry", async () => {
    expect(await shop("R10")).toMatchObject({
      verdict: "skipped",
      reason: "the rpc declares no idempotency_level, so nobody may retry it",
    });
  });

  it("compares replies without their times, and says so", async () => {
    expect(await bakery("R10")).toMatchObject({
      verdict: "pass",
      samples: 5,
      evidence: { repeated: 5, notCompared: "times, fields that name the attempt" },
    });
  });

  it("names the field in which the second reply differs", async () => {
    expect(await bakery("R10", { forgets: true })).toMatchObject({
      verdict: "fail",
      failure: {
        summary: "the same request twice must have equal replies",
        answer: "two replies that differ at order_id",
      },
    });
  });
});

describe("a replay", () => {
  it.each<readonly [string, BakeryFault]>([
    ["R5", { repeats: () => "none" }],
    ["R6", { takesMs: ({ loaves }) => (loaves > 4096 ? 60 : 0) }],
    ["R8", { refusesUnknown: (number) => number === 5 }],
    ["R9", { refusesCrust: (crust) => crust > 2 }],
    ["R10", { forgets: true }],
  ])("finds the case of %s again, and sees that it is mended", async (law, fault) => {
    const contract = await bakeryContract("1.1.0", { "1.2.0": "older", "1.0.0": "older" });
    const [binding] = contract.bindings;
    const { failure } = await bakery(law, fault, {}, contract);
    if (binding === undefined || !failure?.replay) throw new Error("there is no case to replay");
    const { path } = failure.replay;
    const replayed = () => replayCase(nc, contract, { law, binding, seed: 5, path, payload: null });
    expect(await replayed()).toMatchObject({
      verdict: "fail",
      failure: { summary: failure.summary, message: failure.message },
    });
    await services?.stop();
    services = await startBakery(nc, contract);
    expect(await replayed()).toMatchObject({ verdict: "pass", failure: null });
  });
});
