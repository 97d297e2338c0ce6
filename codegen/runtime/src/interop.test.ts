import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { connect as connect3 } from "@nats-io/transport-node";
import { connect as connect2, ServiceError } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { EchoRequestSchema, EchoResponseSchema, RangSchema } from "../testing/gen/lab/v1/lab_pb.js";
import { LabContract, RangContract } from "../testing/lab.ts";
import { deferred, failureOf } from "../testing/lab-server.ts";
import { createClient } from "./client/client.ts";
import { CharterError } from "./errors/charter-error.ts";
import { publish } from "./events/publisher.ts";
import { subscribe } from "./events/subscriber.ts";
import { serve } from "./service/service.ts";

let server: RunningNatsServer;
// `ours` is a participant made with Charter, `theirs` one that has never heard of it.
let ours: Awaited<ReturnType<typeof connect3>>;
let theirs: Awaited<ReturnType<typeof connect2>>;
beforeAll(async () => {
  server = await startNatsServer();
  ours = await connect3({ servers: server.url });
  theirs = await connect2({ servers: server.url });
});
afterAll(async () => {
  await ours.close();
  await theirs.close();
  await server.stop();
});

const subject = "lab.echo.request.v1.r1";
const requestOf = (text: string) =>
  toBinary(EchoRequestSchema, create(EchoRequestSchema, { room: "r1", text }));

describe("a service without Charter", () => {
  it("of the NATS micro framework answers a Charter client, with replies and with errors", async () => {
    const service = await theirs.services.add({ name: "theirs", version: "1.0.0" });
    service.addEndpoint("echo", {
      subject,
      queue: "q.lab",
      handler(error, message) {
        if (error !== null) throw error;
        const { text } = fromBinary(EchoRequestSchema, message.data);
        if (text === "teapot") message.respondError(404, "no tea");
        else message.respond(toBinary(EchoResponseSchema, create(EchoResponseSchema, { text })));
      },
    });
    await theirs.flush();
    const { echo } = createClient(LabContract, ours);
    expect((await echo({ room: "r1", text: "hi" })).text).toBe("hi");
    expect(await failureOf(echo({ room: "r1", text: "teapot" }))).toMatchObject({
      code: "not_found",
      message: "no tea",
    });
    await service.stop();
  });
});

describe("a client without Charter", () => {
  it("calls a Charter service, and reads its errors as the micro framework does", async () => {
    const running = await serve(ours, LabContract, {
      echo({ text }) {
        if (text === "teapot") throw new CharterError("not_found", "no tea");
        return { text };
      },
    });
    const reply = await theirs.request(subject, requestOf("hi"));
    expect(fromBinary(EchoResponseSchema, reply.data).text).toBe("hi");
    const refusal = await theirs.request(subject, requestOf("teapot"));
    expect(ServiceError.toServiceError(refusal)).toMatchObject({ code: 404, message: "no tea" });
    await running.stop();
  });

  it("finds a Charter service by the micro protocol: ping, info and stats", async () => {
    const running = await serve(ours, LabContract, { echo: ({ text }) => ({ text }) });
    const client = theirs.services.client();
    const first = async <T>(found: Promise<AsyncIterable<T>>): Promise<T | undefined> => {
      for await (const each of await found) return each;
      return undefined;
    };
    expect(await first(client.ping(running.name))).toMatchObject({ id: running.id });
    expect(await first(client.info(running.name))).toMatchObject({
      version: "1.2.3",
      endpoints: expect.arrayContaining([
        expect.objectContaining({
          name: "Echo",
          subject: "lab.echo.request.v1.*",
          queue_group: "q.lab",
          metadata: expect.objectContaining({ "charter.module": "lab/lab" }),
        }),
      ]),
    });
    expect(await first(client.stats(running.name))).toMatchObject({
      endpoints: expect.arrayContaining([expect.objectContaining({ num_requests: 0 })]),
    });
    await running.stop();
  });
});

describe("events", () => {
  const rang = create(RangSchema, {
    room: "r1",
    level: 1,
    meta: { count: 7n },
    place: { case: "doorId", value: "d1" },
  });

  it("reach a subscriber without Charter", async () => {
    const arrived = deferred<Uint8Array>();
    theirs.subscribe("lab.rang.v1.>", { callback: (_, { data }) => arrived.resolve(data) });
    await theirs.flush();
    await publish(ours, RangContract, rang);
    expect(fromBinary(RangSchema, await arrived.promise)).toEqual(rang);
  });

  it("come from a publisher without Charter", async () => {
    const arrived = deferred<unknown>();
    const subscription = await subscribe(ours, RangContract, {}, (event) => arrived.resolve(event));
    theirs.publish("lab.rang.v1.r1.LEVEL_HIGH.7.d1", toBinary(RangSchema, rang));
    expect(await arrived.promise).toEqual(rang);
    await subscription.stop();
  });
});
