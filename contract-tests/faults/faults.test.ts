import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { exitCodeOf, type RunReport } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";
import { errorReply } from "./by-hand.ts";
import { type Fault, fieldOf, startShop } from "./shop.ts";

let shop: ContractUnderTest;
let server: RunningNatsServer;
let nc: NatsConnection;

beforeAll(async () => {
  const descriptors = await compileTestdata("shop");
  const whole = contractOf("example/shop", descriptors, (file) => file.startsWith("shop/"));
  // A shop by hand serves orders only.
  shop = { ...whole, bindings: whole.bindings.filter((each) => each.kind === "request") };
});

beforeEach(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});

afterEach(async () => {
  await nc.close();
  await server.stop();
});

const garbage = { payload: new Uint8Array([0xff, 0xff]) };

/** What is wrong with a shop, the laws that fail, and what the report says of the first of them. */
const faults: readonly (readonly [string, Fault, laws: readonly string[], summary: RegExp])[] = [
  [
    "serves in another queue group",
    { queue: "q.other", announced: "q.other" },
    ["R1"],
    /1 of 1 are not, such as shop \S+ in q.other/,
  ],
  ["is not to be discovered", { announced: null }, ["R1"], /nobody says so/],
  [
    "fails above some number",
    {
      answer: (request, correct) =>
        request.kind === "valid" && Number(fieldOf(request, "count")) > 4096
          ? [errorReply(500, "too many")]
          : correct,
    },
    ["R2"],
    /not answered as the contract says: 500 internal/,
  ],
  [
    "answers a valid request with bytes that are no reply",
    { answer: (request, correct) => (request.kind === "valid" ? [garbage] : correct) },
    ["R2"],
    /garbled/,
  ],
  [
    "answers a valid request with a reply that breaks its rules",
    {
      answer: (request, correct) =>
        request.kind === "valid" ? [{ payload: new Uint8Array() }] : correct,
    },
    ["R2"],
    /garbled/,
  ],
  [
    "accepts a request that breaks a rule",
    {
      answer: (request, correct) =>
        request.kind === "invalid" && request.broken.every((each) => each.field === "count")
          ? [{ payload: new Uint8Array([0x0a, 0x01, 0x61, 0x10, 0x01]) }]
          : correct,
    },
    ["R3"],
    /breaks uint32.lte at count must have error 400 invalid_argument/,
  ],
  [
    "blames itself for a request that breaks a rule",
    {
      answer: (request, correct) =>
        request.kind === "invalid" ? [errorReply(500, "no")] : correct,
    },
    ["R3"],
    /must have error 400 invalid_argument/,
  ],
  [
    "sends an error without its payload",
    {
      answer: (request, correct) =>
        request.kind === "invalid" ? [{ status: 400, payload: new Uint8Array() }] : correct,
    },
    ["R3"],
    /must have error 400 invalid_argument/,
  ],
  [
    "never answers what it cannot read",
    { answer: (request, correct) => (request.kind === "undecodable" ? [] : correct) },
    ["R4"],
    /by the contract undecodable, must have error 400 invalid_argument/,
  ],
  [
    "ends at what it cannot read",
    { answer: (request, correct) => (request.kind === "undecodable" ? null : correct) },
    ["R4", "R7"],
    /by the contract undecodable, must have error 400 invalid_argument/,
  ],
  [
    "runs two instances without a queue group",
    { instances: 2, queue: null },
    ["R7"],
    /a request must have one reply; 10 of 10 had another count/,
  ],
  [
    "answers twice",
    { answer: (_request, correct) => [...correct, ...correct] },
    ["R7"],
    /a request must have one reply/,
  ],
];

/** The laws that any service of requests meets. */
const basics = ["R1", "R2", "R3", "R4", "R7"];

function law(report: RunReport, id: string) {
  return report.modules[0]?.bindings[0]?.laws.find((each) => each.law === id);
}

describe("runContracts", () => {
  it("passes a shop by hand that keeps its contract, and two instances in one queue group", async () => {
    await startShop(nc, shop, { instances: 2 });
    const report = await runContracts(nc, [shop], { seed: 5, laws: basics });
    expect(report.modules[0]?.bindings[0]?.laws.map((each) => each.verdict)).toEqual(
      Array(5).fill("pass"),
    );
    expect(law(report, "R7")?.evidence).toEqual({ instances: 2, replies: 10 });
    expect(report.totals.evidence).toEqual({ real: 1, reference: 0, mock: 0 });
    expect(exitCodeOf(report)).toBe(0);
  });

  it.each(faults)("finds a shop that %s", async (_name, fault, [id = "", ...others], summary) => {
    await startShop(nc, shop, fault);
    const report = await runContracts(nc, [shop], { seed: 5, laws: basics });
    expect(law(report, id)).toMatchObject({
      verdict: "fail",
      failure: { summary: expect.stringMatching(summary), hex: expect.any(String) },
    });
    const failed = report.modules[0]?.bindings[0]?.laws.filter((each) => each.verdict === "fail");
    expect(failed?.map((each) => each.law)).toEqual([id, ...others]);
    expect(exitCodeOf(report)).toBe(100);
  });

  it("shrinks a failure to the smallest message", async () => {
    const [, fault] = faults[2] ?? [];
    await startShop(nc, shop, fault);
    const report = await runContracts(nc, [shop], { seed: 5, laws: ["R2"] });
    expect(law(report, "R2")?.failure).toMatchObject({
      message: {
        itemId: expect.stringMatching(/^.$/),
        count: 4097,
        customer: { name: expect.stringMatching(/^.$/su), region: "REGION_NORTH" },
      },
      answer: "error 500 internal: too many",
      replay: { seed: expect.any(Number), path: expect.stringMatching(/^[\d/]+(:\d+)*$/) },
    });
  });

  it("shows what is wrong with every request with the smallest one", async () => {
    for (const [id, fault] of [
      ["R1", { announced: null }],
      ["R7", { instances: 2, queue: null }],
    ] as const) {
      const services = await startShop(nc, shop, fault);
      const report = await runContracts(nc, [shop], { seed: 5, laws: [id] });
      await services.stop();
      expect(law(report, id)?.failure?.message).toEqual({
        itemId: expect.stringMatching(/^.$/),
        count: 1,
        customer: { name: expect.stringMatching(/^.$/su), region: "REGION_NORTH" },
      });
    }
  });

  it("names the rule that was broken, with its line", async () => {
    await startShop(nc, shop, {
      answer: (_request, correct) => (correct[0]?.status ? [garbage] : correct),
    });
    const report = await runContracts(nc, [shop], { seed: 5, laws: ["R3"] });
    expect(law(report, "R3")?.failure?.rule).toEqual({
      id: "string.pattern",
      field: "item_id",
      file: "shop/v1/shop.proto",
      line: 45,
    });
  });

  it("is inconclusive where nothing is live", async () => {
    const report = await runContracts(nc, [shop], { seed: 5, laws: basics });
    expect(report.totals).toMatchObject({
      bindings: 1,
      verdicts: { pass: 0, inconclusive: 1 },
      calls: 1,
    });
    expect(report.modules[0]?.bindings[0]).toMatchObject({ evidence: null, instances: 0 });
    expect(exitCodeOf(report)).toBe(3);
  });

  it("is inconclusive on a service that refuses all", async () => {
    const notFound = { status: 404, payload: new Uint8Array([0x08, 5]) };
    await startShop(nc, shop, {
      answer: (request, correct) => (request.kind === "valid" ? [notFound] : correct),
    });
    const report = await runContracts(nc, [shop], { seed: 5, laws: basics });
    expect(law(report, "R2")).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/^only 0 valid requests were granted.*not_found/),
    });
    expect(exitCodeOf(report)).toBe(3);
  });

  it("gives the same verdict and case for the same seed", async () => {
    const [, fault] = faults[2] ?? [];
    await startShop(nc, shop, fault);
    const run = () => runContracts(nc, [shop], { seed: 9, laws: ["R2"] });
    const [first, second] = [await run(), await run()];
    const untimed = (report: RunReport) => {
      const result = law(report, "R2");
      return { ...result, durationMs: 0, failure: { ...result?.failure, trace: [] } };
    };
    expect(untimed(second)).toEqual(untimed(first));
  });

  it("rejects laws that do not exist", async () => {
    await expect(runContracts(nc, [shop], { seed: 1, laws: ["R2", "X9"] })).rejects.toThrow(
      "There is no law X9; the laws are R1, ",
    );
  });
});
