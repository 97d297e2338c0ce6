import { toJson } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { Payload } from "../../registry/core/samples/oracle.ts";
import { errorReply } from "../faults/by-hand.ts";
import { type Fault, startShop } from "../faults/shop.ts";
import { orderContract } from "../faults/shop-contract.ts";
import { type ContractUnderTest, linkSchema, messageType } from "./contract.ts";
import { exitCodeOf, type LawResult, type RunReport } from "./report.ts";
import { runContracts } from "./run.ts";

let shop: ContractUnderTest;
let server: RunningNatsServer;
let tester: NatsConnection;
let nc: NatsConnection;

beforeAll(async () => {
  shop = await orderContract();
  server = await startNatsServer();
  tester = await connect({ servers: server.url });
});

afterAll(async () => {
  await nc.close();
  await tester.close();
  await server.stop();
});

/** Each test has services of its own. */
beforeEach(async () => {
  await nc?.close();
  nc = await connect({ servers: server.url });
});

const laws = ["R1", "R2", "R3", "R4", "R7"];

function count(request: Exclude<Payload, { kind: "undecodable" }>): number {
  const desc = messageType(linkSchema(shop.descriptors), "shop.v1.OrderRequest");
  return Number((toJson(desc, request.message) as { count?: number }).count ?? 0);
}

function resultsOf(report: RunReport): readonly LawResult[] {
  return report.modules.flatMap((module) => module.bindings.flatMap((binding) => binding.laws));
}

/** What must be the same each time; the clock's part of it is not. */
function whatWasFound(report: RunReport) {
  return resultsOf(report).map(({ failure, durationMs: _, ...result }) => {
    if (failure === null) return result;
    const { trace, repeated, ...smallest } = failure;
    const isEachTime = repeated?.broken === repeated?.of;
    return {
      ...result,
      smallest,
      isEachTime,
      steps: trace.map(({ direction, hex }) => `${direction} ${hex}`),
    };
  });
}

/** Fails above a number, answers what it cannot read with its own fault, and always answers twice. */
const wrongInThreeWays: Fault = {
  answer(request, correct) {
    if (request.kind === "valid" && count(request) > 100) return [errorReply(500, "too many")];
    if (request.kind === "undecodable") return [errorReply(500, "unreadable")];
    return [...correct, ...correct];
  },
};

it("finds the same smallest cases of several faults each time, for the same seed", async () => {
  await startShop(nc, shop, wrongInThreeWays);
  const run = () => runContracts(tester, [shop], { seed: 11, laws });
  const first = await run();
  const verdicts = resultsOf(first).map(({ law, verdict }) => `${law} ${verdict}`);
  expect(verdicts).toEqual(["R1 pass", "R2 fail", "R3 pass", "R4 fail", "R7 fail"]);
  expect(resultsOf(first)[1]?.failure).toMatchObject({
    message: { count: 101 },
    nearest: { count: 100 },
  });
  // R7 waits for further replies, however fast the machine is.
  expect(resultsOf(first)[4]?.durationMs).toBeGreaterThan(0);
  expect(whatWasFound(await run())).toEqual(whatWasFound(first));
});

it("calls a service flaky that fails every other time, and not one that fails each time", async () => {
  let requests = 0;
  await startShop(nc, shop, {
    answer: (request, correct) =>
      request.kind === "valid" && ++requests % 2 === 0 ? [errorReply(500, "not now")] : correct,
  });
  const report = await runContracts(tester, [shop], { seed: 11, laws: ["R2", "R3"] });
  expect(resultsOf(report)).toMatchObject([
    { law: "R2", verdict: "flaky", failure: { message: expect.anything() } },
    { law: "R3", verdict: "pass" },
  ]);
  const { repeated } = resultsOf(report)[0]?.failure ?? {};
  expect(repeated?.broken).toBeLessThan(repeated?.of ?? 0);
  expect(exitCodeOf(report)).toBe(100);
});
