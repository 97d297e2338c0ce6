import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { parseContractFile } from "../../contract-file/parse-contract-file.ts";
import { errorReply } from "../../faults/by-hand.ts";
import { fieldOf, startShop } from "../../faults/shop.ts";
import { orderContract } from "../../faults/shop-contract.ts";
import { type RunOptions, runContracts } from "../run.ts";

let server: RunningNatsServer;
let nc: NatsConnection;

beforeEach(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});
afterEach(async () => {
  await nc.close();
  await server.stop();
});

const pattern = "shop.order.v1.{customer.region}.{item_id}";
const customer = "customer: {name: Ada, region: REGION_NORTH}";

function settingsOf(body: string) {
  const file = `contract: v1\nsubjects:\n  ${pattern}:\n${body}`;
  const read = parseContractFile("shop.contract.yaml", file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.settings;
}

const examplesOf = (...examples: readonly string[]) =>
  settingsOf(
    `    examples:\n${examples.map((each, i) => `      - {name: it${i || ""}, ${each}}\n`).join("")}`,
  );

/** The result of X1, or of another law, on the shop. */
async function resultOf(options: Partial<RunOptions>, law = "X1") {
  const laws = law === "X1" ? ["X1"] : [law, "X1"];
  const report = await runContracts(nc, [await orderContract()], { seed: 5, laws, ...options });
  return report.modules[0]?.bindings[0]?.laws.find((each) => each.law === law);
}

it("says that there are no examples", async () => {
  await startShop(nc, await orderContract());
  expect(await resultOf({})).toMatchObject({
    verdict: "skipped",
    reason: "no contract file has examples of this subject",
  });
});

it.each([
  ["false", "reply.total == 8u", 'the example "it" must have a reply for which reply.total == 8u'],
  ["an error", "1 / (reply.total - 7u) == 0u", "cannot be evaluated for it: "],
  ["no boolean", "reply.total", "is neither true nor false"],
])("fails on an expression that gives %s, at the line of the file", async (_, cel, summary) => {
  await startShop(nc, await orderContract());
  const settings = examplesOf(
    `request: {itemId: lamp, count: 1, ${customer}}, expect: {cel: "${cel}"}`,
  );
  expect(await resultOf({ settings })).toMatchObject({
    verdict: "fail",
    failure: {
      summary: expect.stringContaining(summary),
      place: { file: "shop.contract.yaml", line: 5 },
      message: { itemId: "lamp" },
      answer: '{"orderId":"order-1","total":"7"}',
      repeated: { broken: 5, of: 5 },
    },
  });
});

it.each([
  [
    "not_found, resource_exhausted",
    "fail",
    "must have error not_found or resource_exhausted, and has 400",
  ],
  ["not_found, invalid_argument", "pass", undefined],
])("expects one of the errors %s", async (errors, verdict, summary) => {
  await startShop(nc, await orderContract());
  const settings = examplesOf(`request_base64: /w==, expect: {errors: [${errors}]}`);
  const result = await resultOf({ settings });
  expect(result?.verdict).toBe(verdict);
  expect(result?.failure?.summary.includes(summary ?? "")).toBe(summary && true);
});

it("sends the same UUIDs for the same seed, and others in each example", async () => {
  const names: unknown[] = [];
  await startShop(nc, await orderContract(), {
    answer: (request, correct) => {
      const customer = fieldOf(request, "customer") as { readonly name: string } | undefined;
      if (customer !== undefined) names.push(customer.name);
      return correct;
    },
  });
  const example = `request: {itemId: lamp, count: 1, customer: {name: "{{uuid}}", region: REGION_NORTH}}, expect: {cel: "true"}`;
  const settings = examplesOf(example, example.replace("lamp", "desk"));
  expect(await resultOf({ settings })).toMatchObject({ verdict: "pass", samples: 2 });
  expect(await resultOf({ settings })).toMatchObject({ verdict: "pass", samples: 2 });
  const [first, second, ...again] = names;
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second).not.toBe(first);
  expect(again).toEqual([first, second]);
});

it("calls an example flaky that holds when it is tried again", async () => {
  let calls = 0;
  await startShop(nc, await orderContract(), {
    // The first request asks whether anybody is there, the second is the example.
    answer: (request, correct) =>
      request.kind === "valid" && ++calls === 1 ? [errorReply(500, "no")] : correct,
  });
  const settings = examplesOf(
    `request: {itemId: lamp, count: 1, ${customer}}, expect: {cel: "reply.total == 7u"}`,
  );
  expect(await resultOf({ settings })).toMatchObject({
    verdict: "flaky",
    failure: { answer: "error 500 internal: no", repeated: { broken: 0, of: 5 } },
  });
});

const givenState = settingsOf(
  `    given:\n      - call: ${pattern}\n        message: {itemId: state, count: 1, ${customer}}\n` +
    `    examples:\n      - {name: it, request: {itemId: lamp, count: 1, ${customer}}, expect: {cel: "true"}}\n`,
);

it("brings the service into the given states before its laws", async () => {
  const items: unknown[] = [];
  await startShop(nc, await orderContract(), {
    answer: (request, correct) => {
      items.push(fieldOf(request, "itemId"));
      return correct;
    },
  });
  expect(await resultOf({ settings: givenState })).toMatchObject({ verdict: "pass" });
  expect(items.slice(-2)).toEqual(["state", "lamp"]);
});

it("leaves the laws of a subject open when its state is not reached", async () => {
  await startShop(nc, await orderContract(), {
    answer: (request, correct) =>
      fieldOf(request, "itemId") === "state" ? [errorReply(500, "no")] : correct,
  });
  for (const law of ["X1", "R2"]) {
    expect(await resultOf({ settings: givenState }, law)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/^the state given by shop.order.* is not reached: error 500/),
    });
  }
});

it("sets no state where others work, and says why the examples are not tried", async () => {
  await startShop(nc, await orderContract());
  const idempotent = async () => {
    const contract = await orderContract();
    const bindings = contract.bindings.map((each) =>
      each.kind === "event" ? each : { ...each, idempotency: "idempotent" as const },
    );
    return { ...contract, bindings };
  };
  const report = await runContracts(nc, [await idempotent()], {
    seed: 5,
    laws: ["X1"],
    settings: givenState,
    environmentClass: "staging",
  });
  expect(report.modules[0]?.bindings[0]?.laws[0]).toMatchObject({
    verdict: "skipped",
    reason: expect.stringContaining("only in an ephemeral environment, and this one is staging"),
  });
});
