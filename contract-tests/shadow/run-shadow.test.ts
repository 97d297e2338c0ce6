import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { create, fromBinary, fromJsonString, type Message, toBinary } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { errorReply } from "../faults/by-hand.ts";
import { startShop } from "../faults/shop.ts";
import { orderContract } from "../faults/shop-contract.ts";
import { linkSchema, messageType } from "../runner/contract.ts";
import type { ShadowSettings } from "../runner/settings.ts";
import { callHttp } from "./http-call.ts";
import { runShadow, type ShadowRun } from "./run-shadow.ts";
import { exitCodeOfShadows } from "./shadow-report.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let legacy: Server;
let url: string;
/** What the old endpoint answers, given the order's count. */
let answer: (count: number, response: ServerResponse) => void;
let seen: { headers: IncomingMessage["headers"]; count: number }[];

beforeEach(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
  seen = [];
  answer = (_count, response) => json(response, { orderId: "order-1", total: "7" });
  const { descriptors } = await orderContract();
  const request = messageType(linkSchema(descriptors), "shop.v1.OrderRequest");
  legacy = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    const isJson = incoming.headers["content-type"] === "application/json";
    const order = (
      isJson ? fromJsonString(request, body.toString()) : fromBinary(request, body)
    ) as Message & { readonly count: number };
    seen.push({ headers: incoming.headers, count: order.count });
    answer(order.count, response);
  }).listen(0, "127.0.0.1");
  await once(legacy, "listening");
  url = `http://127.0.0.1:${(legacy.address() as AddressInfo).port}/api/order`;
});

afterEach(async () => {
  await nc.close();
  await server.stop();
  legacy.closeAllConnections();
  await new Promise((resolve) => legacy.close(resolve));
});

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function shadowed(
  settings: Partial<ShadowSettings> = {},
  run: Partial<ShadowRun> = {},
): ReturnType<typeof runShadow> {
  return runShadow(nc, {
    contract: await orderContract(),
    shadow: {
      subject: "shop.order.v1.{customer.region}.{item_id}",
      method: "POST",
      url,
      body: "json",
      headersFromEnv: {},
      ignore: [],
      tolerance: {},
      minMatch: 0.9,
      ...settings,
    },
    headers: {},
    examples: [],
    seed: 5,
    environmentClass: "ephemeral",
    ...run,
  });
}

describe("runShadow", () => {
  it("lets cut over when enough replies are equal", async () => {
    await startShop(nc, await orderContract());
    const result = await shadowed({}, { headers: { authorization: "Bearer x" } });
    expect(result).toMatchObject({
      verdict: "pass",
      reason: null,
      sent: 35,
      compared: 35,
      equal: 35,
      granted: 35,
      unanswered: { count: 0 },
      failure: null,
    });
    expect(result.bounds.lower).toBeGreaterThan(0.9);
    expect(seen[0]?.headers).toMatchObject({
      authorization: "Bearer x",
      "charter-probe": expect.stringMatching(/^\w{22}$/),
      accept: "application/json, application/x-protobuf",
    });
    expect(exitCodeOfShadows([result])).toBe(0);
  });

  it("sends and reads the bytes of protobuf", async () => {
    await startShop(nc, await orderContract());
    const { descriptors } = await orderContract();
    const desc = messageType(linkSchema(descriptors), "shop.v1.OrderResponse");
    const bytes = toBinary(desc, create(desc, { orderId: "order-1", total: 7n }));
    answer = (_count, response) => {
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end(bytes);
    };
    expect(await shadowed({ body: "protobuf" })).toMatchObject({ verdict: "pass", equal: 35 });
    expect(seen[0]?.headers["content-type"]).toBe("application/x-protobuf");
  });

  it("refuses to cut over, with the smallest request that differs", async () => {
    await startShop(nc, await orderContract());
    answer = (count, response) =>
      json(response, { orderId: "order-1", total: count > 100 ? "8" : "7" });
    const result = await shadowed();
    expect(result).toMatchObject({
      verdict: "fail",
      failure: {
        path: "total",
        http: "8",
        nats: "7",
        message: { itemId: expect.stringMatching(/^.$/), count: 101 },
      },
    });
    expect(result.failure?.shrinks).toBeGreaterThan(0);
    expect(exitCodeOfShadows([result])).toBe(100);
  });

  it("allows what the file allows", async () => {
    await startShop(nc, await orderContract());
    answer = (count, response) => json(response, { orderId: `no. ${count}`, total: "8", more: 1 });
    const allowed = await shadowed({ ignore: ["order_id"], tolerance: { total: 1 } });
    expect(allowed).toMatchObject({ verdict: "pass" });
    expect(await shadowed({ tolerance: { total: 1 } })).toMatchObject({
      verdict: "fail",
      failure: { path: "order_id", nats: '"order-1"' },
    });
  });

  it("says how many requests decide", async () => {
    await startShop(nc, await orderContract());
    const result = await shadowed({ minMatch: 0.99, samples: 30 });
    expect(result).toMatchObject({
      verdict: "inconclusive",
      reason: "381 requests decide if the rate stays",
      sent: 30,
      needed: 381,
    });
    expect(exitCodeOfShadows([result])).toBe(3);
  });

  it("takes equal refusals for equal, and for no evidence", async () => {
    const notFound = { status: 404, payload: new Uint8Array([0x08, 5]) };
    await startShop(nc, await orderContract(), { answer: () => [notFound] });
    answer = (_count, response) => json(response, {}, 404);
    expect(await shadowed()).toMatchObject({
      verdict: "inconclusive",
      equal: 35,
      reason: expect.stringMatching(/^only 0 requests were granted by both, and 20 are needed/),
    });
    answer = (_count, response) => json(response, {}, 409);
    expect(await shadowed()).toMatchObject({
      verdict: "fail",
      failure: { path: "the answer", http: "status 409", nats: "error 404 not_found: " },
    });
  });

  it.each<[string, () => void, string]>([
    ["closed", () => legacy.close(), "by HTTP no connection: "],
    [
      "failing",
      () => (answer = (_, response) => json(response, {}, 503)),
      "by HTTP the status 503",
    ],
    [
      "elsewhere",
      () => (answer = (_, response) => response.writeHead(302, { location: url }).end()),
      "by HTTP a redirect (302), which is not followed",
    ],
  ])("gives up on an endpoint that is %s", async (_, breakIt, reason) => {
    await startShop(nc, await orderContract());
    breakIt();
    const result = await shadowed({ minMatch: 0.999 });
    expect(result).toMatchObject({ verdict: "inconclusive", compared: 0 });
    expect(result.reason).toContain(`nothing could be compared: ${reason}`);
    expect(result.sent).toBeLessThan(30);
  });

  it("does not take a failing service for an equal one", async () => {
    await startShop(nc, await orderContract(), { answer: () => [errorReply(500, "no")] });
    expect(await shadowed()).toMatchObject({
      verdict: "fail",
      failure: {
        path: "the answer",
        http: "a shop.v1.OrderResponse",
        nats: "error 500 internal: no",
      },
    });
  });

  it("sends examples first, and the same for the same seed", async () => {
    await startShop(nc, await orderContract());
    const request = { itemId: "lamp", count: 77, customer: { name: "a", region: "REGION_NORTH" } };
    const examples = [
      { name: "it", request: { json: request }, expect: { cel: "true" } },
      { name: "invalid", request: { json: {} }, expect: { errors: ["invalid_argument"] } },
    ];
    await shadowed({ samples: 10 }, { examples });
    const first = seen.map((each) => each.count);
    expect(first[0]).toBe(77);
    expect(first).toHaveLength(10);
    seen = [];
    await shadowed({ samples: 10 }, { examples });
    expect(seen.map((each) => each.count).sort()).toEqual(first.sort());
  });

  it.each(["production", "staging"] as const)(
    "calls nobody in %s without the right",
    async (at) => {
      await startShop(nc, await orderContract());
      const result = await shadowed({}, { environmentClass: at });
      expect(result).toMatchObject({ verdict: "skipped", sent: 0 });
      expect(seen).toEqual([]);
      expect(exitCodeOfShadows([result])).toBe(3);
    },
  );
});

describe("callHttp", () => {
  const call = (timeoutMs: number) =>
    callHttp({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: new TextEncoder().encode("{}"),
      timeoutMs,
    });

  it("ends with a reply that never comes, or never ends", async () => {
    answer = () => {};
    expect(await call(50)).toEqual({ kind: "unanswered", reason: "no reply within 50 ms" });
    answer = (_count, response) => {
      response.writeHead(200).write("{");
    };
    expect(await call(50)).toEqual({ kind: "unanswered", reason: "no reply within 50 ms" });
  });

  it("reads no more than fits", async () => {
    answer = (_count, response) => {
      response.end(Buffer.alloc(5 * 1024 * 1024));
    };
    expect(await call(5000)).toEqual({
      kind: "unanswered",
      reason: "a reply of more than 4194304 bytes",
    });
  });
});
