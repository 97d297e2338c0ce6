import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { headers as createHeaders, type Msg, type NatsConnection, nuid } from "@nats-io/nats-core";
import { ErrorCode, ErrorSchema } from "../../registry/core/gen/charter/nats/v1/error_pb.js";
import { StreamControlSchema } from "../../registry/core/gen/charter/nats/v1/stream_control_pb.js";
import { classify } from "../../registry/core/samples/oracle.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { announce } from "./by-hand.ts";
import type { RunningServices } from "./planted-fault.ts";

/** One message of a stream, as it is published. */
export interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: Uint8Array;
  /** Milliseconds to wait before it. */
  readonly afterMs?: number;
}

/** What a valid request asks for. */
export interface Told {
  readonly topic: string;
  readonly tokens: number;
  /** Numbers of fields that the feed's release does not know. */
  readonly unknown: readonly number[];
}

/** What a feed can do wrong. Without any of it, it keeps its contract. */
export interface FeedFault {
  /** Changes the messages of a correct stream. */
  tell?(told: Told, correct: Iterable<Sent>): Iterable<Sent>;
  /** Changes the answer to a request that is not valid. */
  refuse?(correct: readonly Sent[]): readonly Sent[];
  /** How long it waits for credit, in milliseconds; for ever without it. */
  readonly patienceMs?: number;
  readonly ignoresCancel?: true;
  /** All streams go to the caller who came last. */
  readonly sharesInbox?: true;
  /** What frame 0 says of where to cancel; a subject of its own without it. */
  readonly control?: string;
}

const window = 32;
const subject = "feed.tell.v1";

/** A feed by hand, without the runtime, so that it can be wrong in any way. */
export async function startFeed(
  nc: NatsConnection,
  contract: ContractUnderTest,
  fault: FeedFault = {},
): Promise<RunningServices> {
  const schema = linkSchema(contract.descriptors);
  const request = messageType(schema, "feed.v1.TellRequest");
  const token = messageType(schema, "feed.v1.TellResponse");
  const instance = nuid.next();
  const streams = new Map<string, Stream>();
  let lastInbox = "";
  const answer = (message: Msg) => {
    const inbox = message.reply ?? "";
    lastInbox = inbox;
    const to = () => (fault.sharesInbox === true ? lastInbox : inbox);
    const payload = classify(schema, request, message.data);
    if (payload.kind !== "valid") {
      const correct = [errorFrame(400)];
      for (const each of fault.refuse?.(correct) ?? correct) publish(nc, to(), each);
      return;
    }
    const { topic, maxTokens } = payload.message as unknown as { topic: string; maxTokens: number };
    const unknown = (payload.message.$unknown ?? []).map(({ no }) => no);
    const control = `_CHARTER.ctl.${instance}.${nuid.next()}`;
    const told = { topic, tokens: maxTokens, unknown };
    const correct = framesOf(told, fault.control ?? control, (text) =>
      toBinary(token, create(token, { token: text })),
    );
    const stream: Stream = { credit: window, isCancelled: false, wake: () => {} };
    streams.set(control, stream);
    void pump(nc, to, fault.tell?.(told, correct) ?? correct, stream, fault).finally(() =>
      streams.delete(control),
    );
  };
  const subscriptions = [
    nc.subscribe(subject, { queue: "q.feed", callback: (_, message) => answer(message) }),
    nc.subscribe(`_CHARTER.ctl.${instance}.>`, {
      callback: (_, message) => onControl(streams.get(message.subject), message.data, fault),
    }),
    announce(nc, { name: "feed", subject, queueGroup: "q.feed" }),
  ];
  await nc.flush();
  return {
    async stop() {
      for (const each of subscriptions) each.unsubscribe();
      for (const stream of streams.values()) end(stream);
    },
  };
}

/** A stream that is being sent. */
interface Stream {
  credit: number;
  isCancelled: boolean;
  wake(): void;
}

function* framesOf(
  { topic, tokens }: Told,
  control: string,
  encode: (text: string) => Uint8Array,
): Generator<Sent> {
  for (let seq = 0; seq < tokens; seq++) {
    const first: Record<string, string> = seq === 0 ? { "Charter-Control": control } : {};
    yield {
      headers: { "Charter-Seq": String(seq), ...first },
      payload: encode(`${topic}-${seq}`),
    };
  }
  yield { headers: { "Charter-Eos": String(tokens) } };
}

async function pump(
  nc: NatsConnection,
  to: () => string,
  messages: Iterable<Sent>,
  stream: Stream,
  fault: FeedFault,
): Promise<void> {
  for (const message of messages) {
    const isFrame = "Charter-Seq" in message.headers;
    if (isFrame) await credited(stream, fault);
    if (stream.isCancelled || nc.isClosed()) return;
    if (message.afterMs !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, message.afterMs));
    }
    publish(nc, to(), message);
    if (isFrame) stream.credit = Math.max(0, stream.credit - 1);
    // As a model does, it lets others go on after each token.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function credited(stream: Stream, { patienceMs }: FeedFault): Promise<void> {
  let isPatient = true;
  while (stream.credit === 0 && !stream.isCancelled && isPatient) {
    await new Promise<void>((resolve) => {
      stream.wake = resolve;
      if (patienceMs === undefined) return;
      setTimeout(() => {
        isPatient = false;
        resolve();
      }, patienceMs);
    });
  }
}

function onControl(stream: Stream | undefined, data: Uint8Array, fault: FeedFault): void {
  if (stream === undefined) return;
  const { control } = fromBinary(StreamControlSchema, data);
  if (control.case === "credit") stream.credit += control.value;
  if (control.case === "cancel" && fault.ignoresCancel !== true) stream.isCancelled = true;
  stream.wake();
}

function end(stream: Stream): void {
  stream.isCancelled = true;
  stream.wake();
}

/** An error as the wire wants it. */
export function errorFrame(status: 400 | 429): Sent {
  const code = status === 400 ? ErrorCode.INVALID_ARGUMENT : ErrorCode.RESOURCE_EXHAUSTED;
  return {
    headers: { "Nats-Service-Error-Code": String(status), "Nats-Service-Error": "failed" },
    payload: toBinary(ErrorSchema, create(ErrorSchema, { code, message: "failed" })),
  };
}

function publish(nc: NatsConnection, to: string, { headers, payload }: Sent): void {
  const made = createHeaders();
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  if (!nc.isClosed()) nc.publish(to, payload ?? new Uint8Array(), { headers: made });
}
