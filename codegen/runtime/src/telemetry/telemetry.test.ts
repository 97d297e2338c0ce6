import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { Level } from "../../testing/gen/lab/v1/lab_pb.js";
import { RangContract } from "../../testing/lab.ts";
import { collect, failureOf, useLab } from "../../testing/lab-server.ts";
import { curveSeed, labUnder, plain, secret } from "../../testing/payload-labs.ts";
import {
  type Measured,
  type SeenSpans,
  setUpMetrics,
  setUpTraces,
} from "../../testing/telemetry.ts";
import { createClient } from "../client/client.ts";
import type { Connection } from "../connection/connection.ts";
import { CharterError } from "../errors/charter-error.ts";
import { publish } from "../events/publisher.ts";
import { subscribe } from "../events/subscriber.ts";
import { payloadKeys } from "../payload/payload-keys.ts";
import { serve } from "../service/service.ts";
import { lookupCounter } from "./observe-calls.ts";

const lab = useLab();
const PlainContract = labUnder(plain);
const request = { room: "r1", text: "hello" };
const rang = {
  room: "r1",
  level: Level.HIGH,
  meta: { count: 5n },
  place: { case: "doorId" as const, value: "d1" },
};
const rpc = "lab.v1.LabService/Echo";
const pattern = "lab.echo.request.v1.{room}";
const eventPattern = RangContract.subject.text;

/** Echoes, and publishes an event when it is told to ring. */
const ringing = (nc: Connection) => ({
  async echo({ text }: { text: string }) {
    if (text === "gone") throw new CharterError("not_found", "no echo here");
    if (text === "break") throw new TypeError("broken");
    if (text === "ring") await publish(nc, RangContract, rang);
    return { text };
  },
});

describe("with an SDK", () => {
  let seen: SeenSpans;
  let measured: () => Promise<readonly Measured[]>;

  beforeAll(() => {
    seen = setUpTraces();
    measured = setUpMetrics();
  });
  beforeEach(async () => {
    seen.clear();
    await measured();
  });

  const spanOf = (kind: SpanKind, name: string) => {
    const found = seen.spans().filter((span) => span.kind === kind && span.name === name);
    expect(found).toHaveLength(1);
    return found[0] as NonNullable<(typeof found)[0]>;
  };

  it("counts looks into a cache by what was found", async () => {
    const count = lookupCounter(PlainContract.methods.echo);
    for (const found of ["memory", "redis", "memory", "nowhere"] as const) count(found);
    const seenLookups = (await measured()).map(({ name, attributes, count: looks }) => [
      name,
      attributes["charter.cache.found"],
      attributes["rpc.method"],
      looks,
    ]);
    expect(seenLookups).toEqual([
      ["charter.cache.lookups", "memory", "Echo", 2],
      ["charter.cache.lookups", "redis", "Echo", 1],
      ["charter.cache.lookups", "nowhere", "Echo", 1],
    ]);
  });

  describe.each(clients)("on $client", (client) => {
    it("makes a call a client span, and the request its child at the service", async () => {
      const nc = await lab.connect(client);
      const messages = await collect(nc, "lab.>");
      await serve(nc, PlainContract, ringing(nc));
      await createClient(PlainContract, nc).echo(request, { headers: { mine: "1" } });
      const call = spanOf(SpanKind.CLIENT, rpc);
      const handling = spanOf(SpanKind.SERVER, rpc);
      expect(handling.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
      expect(call.parentSpanContext).toBeUndefined();
      expect(messages[0]?.headers?.get("traceparent")).toContain(call.spanContext().spanId);
      expect(messages[0]?.headers?.get("mine")).toBe("1");
      const common = {
        "messaging.system": "nats",
        "messaging.destination.template": pattern,
        "messaging.destination.name": "lab.echo.request.v1.r1",
        "rpc.service": "lab.v1.LabService",
        "rpc.method": "Echo",
      };
      expect(call.attributes).toMatchObject({ ...common, "messaging.operation.type": "send" });
      expect(handling.attributes).toMatchObject({
        ...common,
        "messaging.operation.type": "process",
      });
      expect([call.status.code, handling.status.code]).toEqual([0, 0]);
    });

    it("makes what a handler sends a child of its request, and an event's handling a child of that", async () => {
      const nc = await lab.connect(client);
      await serve(nc, PlainContract, ringing(nc));
      let inHandler = "";
      const subscription = await subscribe(nc, RangContract, {}, () => {
        inHandler = trace.getActiveSpan()?.spanContext().spanId ?? "";
      });
      await createClient(PlainContract, nc).echo({ ...request, text: "ring" });
      await subscription.stop();
      const ids = [
        spanOf(SpanKind.CLIENT, rpc),
        spanOf(SpanKind.SERVER, rpc),
        spanOf(SpanKind.PRODUCER, `publish ${eventPattern}`),
        spanOf(SpanKind.CONSUMER, `process ${eventPattern}`),
      ].map((span) => [span.parentSpanContext?.spanId, span.spanContext().spanId] as const);
      const own = ids.map(([, id]) => id);
      expect(ids.map(([parent]) => parent)).toEqual([undefined, ...own.slice(0, -1)]);
      expect(inHandler).toBe(own.at(-1));
    });

    it.each([
      ["gone", "not_found", SpanStatusCode.UNSET, "no echo here"],
      ["break", "internal", SpanStatusCode.ERROR, "the service failed"],
    ])(
      "tells the error of %s: the caller's in the client span, the service's in both",
      async (text, code, status, message) => {
        const nc = await lab.connect(client);
        await serve(nc, PlainContract, ringing(nc), { onError: () => {} });
        await failureOf(createClient(PlainContract, nc).echo({ ...request, text }));
        const call = spanOf(SpanKind.CLIENT, rpc);
        const handling = spanOf(SpanKind.SERVER, rpc);
        expect(call.status).toEqual({ code: SpanStatusCode.ERROR, message });
        expect(handling.status.code).toBe(status);
        for (const span of [call, handling]) expect(span.attributes["error.type"]).toBe(code);
      },
    );

    it("ends the span of a call that nobody answers", async () => {
      const nc = await lab.connect(client);
      await failureOf(createClient(PlainContract, nc).echo(request));
      expect(spanOf(SpanKind.CLIENT, rpc).attributes["error.type"]).toBe("unavailable");
    });

    it("notes the attempts of a call in its one span", async () => {
      const nc = await lab.connect(client);
      const idempotent = {
        ...PlainContract,
        methods: { echo: { ...PlainContract.methods.echo, idempotency: "idempotent" } },
      } as typeof PlainContract;
      let asked = 0;
      await serve(nc, idempotent, {
        echo({ text }) {
          asked += 1;
          if (asked < 3) throw new CharterError("unavailable", "not yet");
          return { text };
        },
      });
      await createClient(idempotent, nc).echo(request);
      const { events, status } = spanOf(SpanKind.CLIENT, rpc);
      expect(events.map(({ attributes }) => attributes?.["charter.attempt.number"])).toEqual([
        2, 3,
      ]);
      expect(status.code).toBe(SpanStatusCode.UNSET);
      expect(seen.spans().filter(({ kind }) => kind === SpanKind.SERVER)).toHaveLength(3);
    });

    it("shows no text of an error that came in a sealed payload", async () => {
      const nc = await lab.connect(client);
      const contract = labUnder(secret);
      const service = payloadKeys({ own: curveSeed() });
      const services = { "lab/lab": service.publicKey };
      await serve(nc, contract, ringing(nc), { keys: service });
      const keys = payloadKeys({ own: curveSeed(), services });
      await failureOf(createClient(contract, nc, { keys }).echo({ ...request, text: "gone" }));
      expect(spanOf(SpanKind.CLIENT, rpc).status.message).toBe("not_found");
    });

    it("makes a stream of frames one span at each end, which counts them", async () => {
      const nc = await lab.connect(client);
      let inHandler = "";
      await serve(nc, FramesContract, {
        async *count({ to }) {
          for (let number = 0; number < to; number += 1) {
            inHandler = trace.getActiveSpan()?.spanContext().spanId ?? "";
            yield { number };
          }
        },
        async *tell() {},
      });
      const { count } = createClient(FramesContract, nc);
      const frames = count({ to: 50 })[Symbol.asyncIterator]();
      for (let number = 0; number < 50; number++) expect((await frames.next()).done).toBe(false);
      for (const _ of [1, 2]) expect((await frames.next()).done).toBe(true);
      for await (const { number } of count({ to: 1000 })) if (number === 4) break;
      const counts = seen
        .spans()
        .filter(({ kind }) => kind === SpanKind.CLIENT)
        .map(({ attributes }) => attributes["charter.frames"]);
      expect(counts).toEqual([50, 5]);
      const [first] = seen.spans().filter(({ kind }) => kind === SpanKind.SERVER);
      expect(first?.attributes["charter.frames"]).toBe(50);
      const call = seen.spans().find(({ kind }) => kind === SpanKind.CLIENT);
      expect(first?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
      expect(inHandler).not.toBe("");
      const sent = (await measured()).filter(({ name }) => name.endsWith("sent.messages"));
      expect(sent.map((each) => each.count)).toEqual([2]);
    });

    it("measures by patterns: durations, and what was sent and consumed", async () => {
      const nc = await lab.connect(client);
      await serve(nc, PlainContract, ringing(nc), { onError: () => {} });
      const events = await subscribe(nc, RangContract, {});
      const { echo } = createClient(PlainContract, nc);
      for (const room of ["a", "b", "c"]) await echo({ room, text: "ring" });
      await failureOf(echo({ room: "d", text: "gone" }));
      let left = 3;
      for await (const _ of events) if (--left === 0) break;
      const points = await measured();
      const count = (name: string, template: string, error?: string) =>
        points
          .filter((each) => each.name === name)
          .filter(({ attributes }) => attributes["messaging.destination.template"] === template)
          .filter(({ attributes }) => attributes["error.type"] === error)
          .map((each) => each.count);
      expect(count("messaging.client.operation.duration", pattern)).toEqual([3]);
      expect(count("messaging.client.operation.duration", pattern, "not_found")).toEqual([1]);
      expect(count("messaging.process.duration", pattern)).toEqual([3]);
      expect(count("messaging.process.duration", pattern, "not_found")).toEqual([1]);
      expect(count("messaging.client.sent.messages", eventPattern)).toEqual([3]);
      expect(count("messaging.client.consumed.messages", eventPattern)).toEqual([3]);
      for (const { attributes } of points) {
        expect(attributes).not.toHaveProperty("messaging.destination.name");
      }
    });
  });
});
