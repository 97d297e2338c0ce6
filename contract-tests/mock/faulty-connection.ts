import {
  CharterError,
  type Connection,
  type MessageHeaders,
  type NatsMessage,
  writeErrorReply,
} from "@charter-nats/runtime";
import { LRUCache } from "lru-cache";
import type { RequestBinding, StreamingBinding } from "../../registry/core/binding/binding.ts";
import { subscriptionOf } from "../runner/subjects.ts";
import type { DamagedPayloads } from "./damaged-payloads.ts";
import type { Fault, FaultChoice } from "./faults.ts";

/** An rpc whose answers can have faults. */
export interface FaultyRpc {
  readonly binding: RequestBinding | StreamingBinding;
  readonly damaged: DamagedPayloads;
  /** Where the frames that answer a request go, or null for the inbox. */
  framesSubject(request: Uint8Array): string | null;
}

/** One answer on its way: a reply, or frames and their end. */
interface Answer {
  readonly rpc: FaultyRpc;
  readonly deadlineMs: number;
  /** Undefined until the first message of it is there: refusals have no faults. */
  fault: Fault | null | undefined;
  /** Replies or frames so far. */
  given: number;
}

interface Outgoing {
  readonly payload: Uint8Array;
  readonly headers: EncodedHeaders;
}

/** Answers that are remembered at once; callers that went away leave some behind. */
const mostAnswers = 10_000;
/** Answers that wait to be late; more are dropped, which callers cannot tell apart. */
const mostLate = 10_000;
/** After the deadline. */
const lateByMs = 250;
/** The frame that is damaged: the one after the first, so that a reader is in its loop. */
const damagedFrame = 1;

/**
 * A connection on which the answers of a service go wrong as they are chosen to. Everything that
 * the service itself does stays as it is.
 */
export function faultyConnection(
  nc: Connection,
  rpcs: readonly FaultyRpc[],
  choose: FaultChoice,
): { readonly connection: Connection; stop(): void } {
  const bySubject = new Map(rpcs.map((rpc) => [subscriptionOf(rpc.binding), rpc]));
  const answers = new LRUCache<string, Answer>({ max: mostAnswers });
  const late = new Set<NodeJS.Timeout>();

  function send(subject: string, { payload, headers }: Outgoing, afterMs: number): void {
    const publish = () => nc.publish(subject, payload, headers.settings());
    if (afterMs === 0) {
      publish();
      return;
    }
    if (late.size >= mostLate) return;
    const timer = setTimeout(() => {
      late.delete(timer);
      if (!nc.isClosed()) publish();
    }, afterMs);
    late.add(timer);
  }

  const connection: Connection = {
    request: (...args) => nc.request(...args),
    flush: () => nc.flush(),
    isClosed: () => nc.isClosed(),
    closed: () => nc.closed(),
    status: () => nc.status(),
    subscribe(subject, options = {}) {
      const rpc = bySubject.get(subject);
      const { callback } = options;
      if (rpc === undefined || callback === undefined) return nc.subscribe(subject, options);
      return nc.subscribe(subject, {
        ...options,
        callback(error, message) {
          if (error === null) expect(answers, rpc, message);
          callback(error, message);
        },
      });
    },
    publish(subject, payload = new Uint8Array(), options) {
      const answer = answers.get(subject);
      if (answer === undefined) return nc.publish(subject, payload, options);
      const outgoing = { payload, headers: encoded(options?.headers) };
      for (const { afterMs, ...each } of distort(answer, outgoing, choose)) {
        send(subject, each, afterMs);
      }
      if (isLast(answer, outgoing)) answers.delete(subject);
    },
  };
  return {
    connection,
    stop() {
      for (const timer of late) clearTimeout(timer);
      late.clear();
    },
  };
}

function expect(answers: LRUCache<string, Answer>, rpc: FaultyRpc, request: NatsMessage): void {
  const subject = rpc.framesSubject(request.data) ?? request.reply;
  if (subject === undefined) return;
  const wanted = Number(request.headers?.get("Charter-Deadline-Ms"));
  const deadlineMs = wanted > 0 ? wanted : rpc.binding.deadlineMs;
  answers.set(subject, { rpc, deadlineMs, fault: undefined, given: 0 });
}

/** What is sent instead of a message of an answer, and how many milliseconds later. */
function distort(
  answer: Answer,
  message: Outgoing,
  choose: FaultChoice,
): readonly (Outgoing & { readonly afterMs: number })[] {
  const { binding, damaged } = answer.rpc;
  const asItIs = { ...message, afterMs: 0 };
  if (message.headers.has("Nats-Service-Error-Code")) return [asItIs];
  if (answer.fault === undefined) answer.fault = choose(binding.rpc, binding.kind);
  const isEnd = message.headers.has("Charter-Eos");
  const isHit = !isEnd && (binding.kind === "request" || answer.given === damagedFrame);
  if (!isEnd) answer.given += 1;
  const instead = (payload: Uint8Array | null) =>
    payload !== null && isHit
      ? [{ payload, headers: message.headers.without("Charter-Encoding"), afterMs: 0 }]
      : [asItIs];
  switch (answer.fault) {
    case null:
      return [asItIs];
    case "late":
      return [{ ...message, afterMs: answer.deadlineMs + lateByMs }];
    case "duplicate":
      return isHit ? [asItIs, asItIs] : [asItIs];
    case "gap":
      return isHit ? [] : [asItIs];
    case "no-end":
      return isEnd ? [] : [asItIs];
    case "wrong-type":
      return instead(damaged.wrongType);
    case "malformed":
      return instead(damaged.malformed);
    case "unknown-enum":
      return instead(damaged.unknownEnum(message.payload));
    case "5xx":
      if (isHit) return [unavailable()];
      // An error is the last that a reader of frames hears.
      return isEnd || answer.given > damagedFrame + 1 ? [] : [asItIs];
    case "no-reply":
      return [];
  }
}

function unavailable() {
  const { payload, headers } = writeErrorReply(
    new CharterError("unavailable", "the mock was told to fail"),
  );
  return { payload, headers: encoded(headers), afterMs: 0 };
}

function isLast({ rpc }: Answer, { headers }: Outgoing): boolean {
  if (rpc.binding.kind === "request") return true;
  return headers.has("Charter-Eos") || headers.has("Nats-Service-Error-Code");
}

/** Headers as they travel. The runtime numbers all frames with one object, so each is copied. */
interface EncodedHeaders {
  has(name: string): boolean;
  without(name: string): EncodedHeaders;
  settings(): { headers: MessageHeaders } | undefined;
}

function encoded(headers: MessageHeaders | undefined): EncodedHeaders {
  if (headers === undefined) return encodedText("");
  const { encode } = headers as unknown as { encode(): Uint8Array };
  return encodedText(new TextDecoder().decode(encode.call(headers)));
}

function encodedText(text: string): EncodedHeaders {
  const lineOf = (name: string) => new RegExp(`^${name}:.*\r\n`, "m");
  return {
    has: (name) => lineOf(name).test(text),
    without: (name) => encodedText(text.replace(lineOf(name), "")),
    settings() {
      if (text === "") return undefined;
      const bytes = new TextEncoder().encode(text);
      // A NATS client asks headers only to encode themselves.
      return { headers: { encode: () => bytes } as unknown as MessageHeaders };
    },
  };
}
