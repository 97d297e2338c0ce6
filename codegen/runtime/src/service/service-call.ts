import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import type { RequestContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { writeErrorReply } from "../errors/error-reply.ts";
import { EncodedMessage } from "../payload/encoded-message.ts";
import type { Envelope } from "../payload/envelope.ts";
import type { ReceivedRequest } from "../payload/request-coder.ts";
import { type InHand, runInHand } from "./in-hand.ts";
import { type Answering, readDeadline, readRequest } from "./incoming-request.ts";

/** What a handler knows of its call. */
export interface HandlerContext {
  /** The subject that the request came on. */
  readonly subject: string;
  /** The time that the caller gave for the reply or the first frame, in milliseconds. */
  readonly deadlineMs: number;
  /**
   * Fires when the deadline passes; the caller has `deadline_exceeded` by then. That of a streaming
   * rpc also fires when the caller wants no more frames or is gone, and when the service stops.
   */
  readonly signal: AbortSignal;
  readonly headers: MessageHeaders | undefined;
  /**
   * What is left of the deadline, to pass on to the next call; after a first frame, of the time
   * that the caller waits for the next one. Never below 0.
   */
  remainingMs(): number;
}

/** What a handler answers with. */
type Reply<O extends DescMessage> = MessageInitShape<O> | EncodedMessage<O>;

/** Answers one request. */
export type UnaryHandler<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: HandlerContext,
) => Reply<O> | Promise<Reply<O>>;

export interface Endpoint extends Answering<RequestContract> {
  readonly handler: UnaryHandler<DescMessage, DescMessage>;
}

/**
 * One request in hand. It is answered exactly once: by the handler, or at the deadline.
 */
export class ServiceCall implements HandlerContext, InHand {
  readonly startedAt = performance.now();
  deadlineMs: number;
  isDone = false;
  readonly canEndEarly = false;
  readonly #endpoint: Endpoint;
  readonly #message: NatsMessage;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #received: ReceivedRequest | undefined;
  #answered = false;
  #expiry: CharterError | undefined;

  constructor(endpoint: Endpoint, message: NatsMessage) {
    this.#endpoint = endpoint;
    this.#message = message;
    this.deadlineMs = endpoint.method.deadlineMs;
  }

  /** NATS clients decode a subject when it is read, so it is read only where it is needed. */
  get subject(): string {
    return this.#message.subject;
  }

  get headers(): MessageHeaders | undefined {
    return this.#message.headers;
  }

  /** Made when a handler asks for it: most do not, and it costs more than a small request. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#expiry !== undefined) this.#controller.abort(this.#expiry);
    }
    return this.#controller.signal;
  }

  remainingMs(): number {
    // Timers fire up to a millisecond early.
    if (this.#expiry !== undefined) return 0;
    return Math.max(0, this.deadlineMs - (performance.now() - this.startedAt));
  }

  /** Runs the handler. A synchronous handler is answered in the same turn. */
  run(): void {
    const { method, handler, receive } = this.#endpoint;
    let result: unknown;
    try {
      this.#received = receive?.(this.#message);
      this.deadlineMs = readDeadline(this.headers) ?? method.deadlineMs;
      const request = readRequest(this.#endpoint, this.#message, this.#received);
      result = runInHand(this, () => handler(request, this));
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!isPromise(result)) {
      this.#succeed(result);
      return;
    }
    this.#timer = setTimeout(() => this.#expire(), this.remainingMs());
    result.then(
      (reply) => this.#succeed(reply),
      (error) => this.#fail(error),
    );
  }

  #succeed(reply: unknown): void {
    this.isDone = true;
    if (this.#answered) return;
    if (this.remainingMs() === 0) {
      this.#expire();
      return;
    }
    const { output, rpc } = this.#endpoint.method;
    let payload: Uint8Array;
    try {
      // `create` makes an empty message of nothing, which would hide a forgotten return.
      if (typeof reply !== "object") throw new TypeError(`expected an object, not ${typeof reply}`);
      payload =
        reply instanceof EncodedMessage
          ? reply.payload
          : toBinary(output, create(output, reply as MessageInitShape<DescMessage>));
    } catch (error) {
      this.#fail(
        new Error(`the handler of ${rpc} returned no ${output.typeName}`, { cause: error }),
      );
      return;
    }
    const wanted = this.headers?.has(headerNames.schema) === true;
    this.#answer(null, {
      payload,
      headers: wanted ? createHeaders({ [headerNames.schema]: this.#endpoint.stamp }) : undefined,
    });
  }

  #fail(error: unknown): void {
    this.isDone = true;
    if (error instanceof CharterError) {
      this.#answer(error, writeErrorReply(error));
      return;
    }
    // Also after the deadline: the exception is a defect that somebody has to see.
    this.#endpoint.onError(error, this.#endpoint.method.rpc);
    const hidden = new CharterError("internal", "the service failed", { cause: error });
    this.#answer(hidden, writeErrorReply(hidden));
  }

  #expire(): void {
    this.#expiry = new CharterError(
      "deadline_exceeded",
      `${this.#endpoint.method.rpc}: the handler was not done after ${this.deadlineMs} ms`,
    );
    this.#answer(this.#expiry, writeErrorReply(this.#expiry));
    this.#controller?.abort(this.#expiry);
  }

  #answer(error: CharterError | null, reply: Envelope): void {
    if (this.#answered) return;
    this.#answered = true;
    clearTimeout(this.#timer);
    let outcome = error;
    try {
      this.#publish(reply);
    } catch (cause) {
      outcome = this.#answerTooLarge(cause);
    }
    this.#endpoint.onEnd(outcome, this.startedAt);
  }

  /** NATS refuses a payload over the server's limit; the caller still has to hear something. */
  #answerTooLarge(cause: unknown): CharterError {
    const { rpc } = this.#endpoint.method;
    this.#endpoint.onError(cause, rpc);
    const error = new CharterError("internal", `${rpc}: the reply could not be sent`, { cause });
    try {
      this.#publish(writeErrorReply(error));
    } catch {
      // The connection is closed: the first failure is reported, and nobody can be told.
    }
    return error;
  }

  #publish(reply: Envelope): void {
    const { payload, headers } = this.#received?.answer(reply) ?? reply;
    const settings = headers === undefined ? undefined : { headers };
    this.#endpoint.nc.publish(this.#message.reply ?? "", payload, settings);
  }
}

/**
 * Whether a reply may go to a subject. The requester chooses it, so a service that answers
 * anywhere can be made to write into streams and to API subjects with its own rights.
 */
export function isReplySubject(subject: string | undefined): boolean {
  return subject !== undefined && (subject.startsWith("_INBOX.") || subject.startsWith("_R_."));
}

function isPromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== "object" || value === null) return false;
  // A reply may have a field that is called `then`.
  return "then" in value && typeof value.then === "function";
}
