import { create, type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import {
  createClient,
  type EventContract,
  type Handlers,
  type MethodContract,
  publish,
  replay,
  type ServiceContract,
  type StreamPolicy,
  serve,
  subscribe,
} from "@charter-nats/runtime";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Capture, captureBus } from "./bus-capture.ts";
import { loadEstate, type StubModule } from "./estate.ts";

type AnyMethod = (request: Message, options: { deadlineMs: number }) => unknown;

const seed = 20261126;
const samplesEach = 8;

const estate = await loadEstate(seed);
const methods = estate.flatMap((module) =>
  module.services.flatMap((service) =>
    Object.entries(service.methods).map(([name, method]) => ({ module, service, name, method })),
  ),
);
const events = estate.flatMap((module) => module.events.map((event) => ({ module, event })));

let server: RunningNatsServer;
let nc: NatsConnection;
let capture: Capture;
beforeAll(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url });
  const bystander = await connect({ servers: server.url });
  capture = await captureBus(
    bystander,
    estate.flatMap((module) => [...module.services, ...module.events]),
  );
  await addStreams();
});
afterAll(async () => {
  await server.stop();
});

/** One stream for each name, with the subjects of all events that it keeps. */
async function addStreams(): Promise<void> {
  const subjects = new Map<string, string[]>();
  for (const { event } of events) {
    if (event.stream === null) continue;
    subjects.set(event.stream.name, [
      ...(subjects.get(event.stream.name) ?? []),
      event.subject.wildcard,
    ]);
  }
  const jsm = await jetstreamManager(nc);
  for (const [name, of] of subjects) await jsm.streams.add({ name, subjects: of });
}

/** Bytes tell more than fields: also what a message does not know. */
const hexOf = (desc: DescMessage, message: Message) =>
  Buffer.from(toBinary(desc, create(desc, message))).toString("hex");

it("the estate is all of it: 22 services and common, 56 requests, 2 streams and 29 events", () => {
  expect(estate).toHaveLength(23);
  const kinds = methods.map(({ method }) => method.kind);
  expect(kinds.filter((kind) => kind === "request")).toHaveLength(56);
  expect(kinds.filter((kind) => kind === "streaming")).toHaveLength(2);
  expect(events).toHaveLength(29);
});

describe("random messages make the round trip unchanged", () => {
  it.each(methods.map((each) => [each.method.rpc, each] as const))(
    "through client and service of %s",
    async (_, { module, service, name, method }) => {
      const { requests, replies } = exchangeOf(module, method);
      const seen: string[] = [];
      const running = await serve(
        nc,
        service,
        handlersFor(service, name, (request) => {
          seen.push(hexOf(method.input, request));
          return method.kind === "streaming" ? inTurn(replies) : (replies[seen.length - 1] ?? {});
        }),
      );
      const client: Record<string, AnyMethod> = createClient(service, nc);
      const received: string[] = [];
      for (const request of requests) {
        const answer: unknown = client[name]?.(request, { deadlineMs: 10_000 });
        for await (const each of many(answer)) received.push(hexOf(method.output, each));
      }
      await running.stop();
      expect(seen).toEqual(requests.map((request) => hexOf(method.input, request)));
      const expected = replies.map((reply) => hexOf(method.output, reply));
      expect(received).toEqual(
        method.kind === "streaming" ? requests.flatMap(() => expected) : expected,
      );
    },
  );

  it.each(events.map((each) => [each.event.schema.typeName, each] as const))(
    "through publisher and subscriber of %s",
    async (_, { module, event }) => {
      const sent = module.samples(event.schema, [event.subject], samplesEach);
      expect(sent.length).toBeGreaterThan(0);
      const live = await subscribe(nc, event, {});
      for (const message of sent) await publish(nc, event, message);
      const wanted = sent.map((message) => hexOf(event.schema, message));
      expect(await firstOf(live, wanted.length, event)).toEqual(wanted);
      if (!isKept(event)) return;
      // Whoever comes late gets the same from the stream.
      const kept = await replay(nc, event, {});
      expect(await firstOf(kept, wanted.length, event)).toEqual(wanted);
    },
  );
});

it("every payload that was on the bus is what its subject is bound to", () => {
  expect(capture.messages.length).toBeGreaterThan(1000);
  expect(capture.strangers()).toEqual([]);
});

it("JSON on a bound subject, and a subject that nobody has bound, are seen", async () => {
  nc.publish("ai.time.hour.changed.v1.w42", JSON.stringify({ worldId: "w42" }));
  nc.publish("ai.time.hour.struck.v1.w42");
  await expect
    .poll(() => capture.strangers())
    .toEqual([
      "ai.time.hour.changed.v1.w42 carries no bodybroker.time.v1.HourChanged",
      "ai.time.hour.struck.v1.w42 is bound to nothing",
    ]);
});

function exchangeOf(module: StubModule, method: MethodContract) {
  const patterns = [method.subject];
  if (method.kind === "streaming" && method.framesSubject !== null) {
    patterns.push(method.framesSubject);
  }
  const count = method.kind === "streaming" ? 2 : samplesEach;
  const requests = module.samples(method.input, patterns, count);
  const replies = module.samples(method.output, [], samplesEach);
  const pairs = Math.min(requests.length, replies.length);
  expect(pairs).toBeGreaterThan(0);
  return method.kind === "streaming"
    ? { requests, replies }
    : { requests: requests.slice(0, pairs), replies: replies.slice(0, pairs) };
}

/** A handler of one rpc; the others are there, and are not called. */
function handlersFor(
  service: ServiceContract,
  name: string,
  handle: (request: Message) => unknown,
): Handlers<ServiceContract> {
  const unused = () => {
    throw new Error("this rpc is not called");
  };
  const names = Object.keys(service.methods);
  return Object.fromEntries(
    names.map((each) => [each, each === name ? handle : unused]),
  ) as Handlers<ServiceContract>;
}

async function* inTurn(messages: readonly Message[]): AsyncGenerator<Message> {
  yield* messages;
}

/** A reply, or the frames of a stream. */
async function* many(answer: unknown): AsyncGenerator<Message> {
  if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
    yield* answer as AsyncIterable<Message>;
  } else {
    yield (await answer) as Message;
  }
}

function isKept(event: EventContract): event is EventContract<DescMessage, unknown, StreamPolicy> {
  return event.stream !== null;
}

async function firstOf(
  from: AsyncIterable<{ readonly message: Message }>,
  count: number,
  { schema }: EventContract,
): Promise<string[]> {
  const received: string[] = [];
  for await (const { message } of from) {
    received.push(hexOf(schema, message));
    if (received.length === count) break;
  }
  return received;
}
