import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { subjectOf } from "../contract/subject-pattern.ts";
import { CharterError } from "../errors/charter-error.ts";
import { type InHand, runInHand } from "../service/in-hand.ts";
import { type Answering, readDeadline, readRequest } from "../service/incoming-request.ts";
import type { HandlerContext } from "../service/service-call.ts";
import { type Control, initialWindow, maxCredit } from "./control.ts";
import { type AnyStreaming, encodeFrame } from "./frame.ts";
import { FrameSender } from "./frame-sender.ts";
import { Patience } from "./patience.ts";
import type { Controlled, StreamingCalls } from "./streaming-calls.ts";

type Frame = MessageInitShape<DescMessage>;

/** Answers one request with frames, such as an `async *` method. */
export type StreamingHandler<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  context: HandlerContext,
) => AsyncIterable<MessageInitShape<O>>;

export interface StreamingEndpoint extends Answering<AnyStreaming> {
  readonly handler: StreamingHandler<DescMessage, DescMessage>;
  readonly calls: StreamingCalls;
  /** How long the caller may say nothing, in milliseconds. */
  readonly callerSilenceMs: number;
}

/**
 * One streaming request in hand: WIRE, "Streaming". The handler's iterable is asked for a frame
 * only while there is credit for it. It ends once, by the handler, the reader, a deadline or the
 * service, and is out of hand when the handler has left its loop.
 */
export class StreamingCall implements HandlerContext, InHand, Controlled {
  readonly startedAt = performance.now();
  deadlineMs: number;
  isDone = false;
  readonly canEndEarly = true;
  readonly #endpoint: StreamingEndpoint;
  readonly #message: NatsMessage;
  readonly #patience = new Patience(() => this.#onSilence());
  readonly #sender: FrameSender;
  #controlSubject = "";
  #iterator: AsyncIterator<Frame> | undefined;
  #leaving: Promise<void> | undefined;
  #given = 0;
  #credit = initialWindow;
  #onCredit: (() => void) | undefined;
  /** When the reader began to wait for the next frame. */
  #awaitedAt = this.startedAt;
  #over = false;
  /** What the counts hear of. */
  #failure: CharterError | null = null;
  #controller: AbortController | undefined;
  #aborted: CharterError | undefined;

  constructor(endpoint: StreamingEndpoint, message: NatsMessage) {
    this.#endpoint = endpoint;
    this.#message = message;
    this.deadlineMs = endpoint.method.deadlineMs;
    this.#sender = new FrameSender(endpoint.nc, message, endpoint.stamp, {
      onSent: () => {
        this.#awaitedAt = performance.now();
      },
      onFailure: (error) => this.#fail(error),
    });
  }

  get rpc(): string {
    return this.#endpoint.method.rpc;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get headers(): MessageHeaders | undefined {
    return this.#message.headers;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  remainingMs(): number {
    if (this.#aborted !== undefined) return 0;
    const { idleTimeoutMs } = this.#endpoint.method;
    const limitMs = this.#given === 0 ? this.deadlineMs : idleTimeoutMs;
    return Math.max(0, limitMs - (performance.now() - this.#awaitedAt));
  }

  async run(): Promise<void> {
    try {
      const iterator = this.#start();
      this.#iterator = iterator;
      await runInHand(this, () => this.#pump(iterator));
    } catch (error) {
      this.#fail(error);
    }
    await this.#leaving;
    this.isDone = true;
    this.#endpoint.onEnd(this.#failure, this.startedAt);
  }

  #start(): AsyncIterator<Frame> {
    const { method, handler, receive, calls } = this.#endpoint;
    const received = receive?.(this.#message);
    this.#sender.packWith(received);
    this.deadlineMs = readDeadline(this.headers) ?? method.deadlineMs;
    const request = readRequest(this.#endpoint, this.#message, received);
    const framesSubject =
      method.framesSubject === null
        ? (this.#message.reply ?? "")
        : subjectOf(method.framesSubject, request);
    this.#controlSubject = calls.open(this);
    this.#sender.open({ framesSubject, controlSubject: this.#controlSubject });
    this.#patience.start(this.deadlineMs);
    const frames: unknown = runInHand(this, () => handler(request, this));
    if (isAsyncIterable(frames)) return frames[Symbol.asyncIterator]();
    throw new TypeError(`the handler of ${method.rpc} gave no AsyncIterable of frames`);
  }

  async #pump(iterator: AsyncIterator<Frame>): Promise<void> {
    while (!this.#over) {
      if (this.#credit === 0) {
        await this.#credited();
        continue;
      }
      const result = await iterator.next();
      if (this.#over) return;
      if (result.done === true) {
        this.#sender.end();
        this.#finish(null);
      } else {
        this.#give(result.value);
      }
    }
  }

  async #credited(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onCredit = resolve;
    });
    this.#awaitedAt = performance.now();
  }

  #give(frame: Frame): void {
    const payload = encodeFrame(this.#endpoint.method, frame);
    if (this.#given === 0) {
      if (this.remainingMs() === 0) {
        this.#onSilence();
        return;
      }
      this.#patience.start(this.#endpoint.callerSilenceMs);
    }
    this.#sender.give(payload);
    this.#given += 1;
    this.#credit -= 1;
  }

  onControl(control: Control): void {
    this.#patience.hear();
    if (control.case === "cancel") {
      this.#sender.drop();
      this.#finish(null);
      this.#tell(new CharterError("canceled", `${this.rpc}: the caller wants no more frames`));
    } else if (control.case === "credit" && control.value > 0) {
      this.#credit = Math.min(this.#credit + control.value, maxCredit);
      this.#onCredit?.();
    }
  }

  abort(reason: CharterError): void {
    if (this.#over) return;
    this.#answer(reason);
    this.#tell(reason);
  }

  #onSilence(): void {
    const what =
      this.#given === 0
        ? `the handler gave no frame in ${this.deadlineMs} ms`
        : `the caller said nothing for ${this.#endpoint.callerSilenceMs} ms`;
    this.abort(new CharterError("deadline_exceeded", `${this.rpc}: ${what}`));
  }

  #fail(error: unknown): void {
    if (this.#over) {
      this.#report(error);
      return;
    }
    if (error instanceof CharterError) {
      this.#answer(error);
    } else {
      this.#endpoint.onError(error, this.rpc);
      this.#answer(new CharterError("internal", "the service failed", { cause: error }));
    }
    // A handler that threw has left already; one whose frame could not be sent has not.
    this.#leaving = this.#leave();
  }

  #answer(error: CharterError): void {
    this.#finish(error);
    this.#sender.fail(error);
  }

  #finish(failure: CharterError | null): void {
    this.#over = true;
    this.#failure = failure;
    this.#patience.stop();
    this.#endpoint.calls.close(this.#controlSubject);
    this.#onCredit?.();
  }

  /** Tells the handler: by its signal while it waits, else at its `yield`. */
  #tell(reason: CharterError): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.#leaving = this.#leave();
  }

  async #leave(): Promise<void> {
    try {
      await this.#iterator?.return?.();
    } catch (error) {
      this.#report(error);
    }
  }

  /** Exceptions after the end: those that come from the signal are what it is for. */
  #report(error: unknown): void {
    const expected =
      error instanceof CharterError || (error instanceof Error && error.name === "AbortError");
    if (!expected) this.#endpoint.onError(error, this.rpc);
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Frame> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
