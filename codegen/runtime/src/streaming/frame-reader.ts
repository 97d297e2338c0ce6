import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { canceled } from "../client/attempt.ts";
import type { CallOptions } from "../client/call.ts";
import type { NatsMessage } from "../connection/connection.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { CharterErrorCode } from "../errors/codes.ts";
import { ControlLine } from "./control-line.ts";
import { isNoResponders, type Received, readReceived } from "./frame.ts";
import { frameNumberOf } from "./frame-number.ts";
import { FrameQueue } from "./frame-queue.ts";
import { Patience } from "./patience.ts";
import { ReadingWindow } from "./reading-window.ts";
import { type SentRequest, type StreamingCaller, sendRequest } from "./send-request.ts";

type Frame = MessageShape<DescMessage>;
type Result = IteratorResult<Frame, undefined>;

/**
 * `new` → `open` → `ended` → `closed`. A good end is not believed before the reader takes it, so
 * that a message after it is seen. A reader that leaves before the first frame has told where to
 * cancel is `left` until it does.
 */
type Phase = "new" | "open" | "ended" | "left" | "closed";

/**
 * The frames that answer one request: WIRE, "Streaming". The request is sent when the first frame
 * is asked for. What breaks the protocol is a `CharterError`, after the frames before it.
 */
export class FrameReader implements AsyncIterableIterator<Frame, undefined> {
  readonly #caller: StreamingCaller;
  readonly #request: MessageInitShape<DescMessage>;
  readonly #options: CallOptions;
  readonly #window = new ReadingWindow();
  readonly #control: ControlLine;
  readonly #patience = new Patience(() => this.#onSilence());
  readonly #queue = new FrameQueue<Frame>({
    onTake: () => this.#allow(this.#window.take()),
    onWait: () => this.#allow(this.#window.wait()),
    onEnd: () => {
      if (this.#phase === "ended") this.#close();
    },
  });
  #phase: Phase = "new";
  #sent: SentRequest | null = null;

  constructor(
    caller: StreamingCaller,
    request: MessageInitShape<DescMessage>,
    options: CallOptions,
  ) {
    this.#caller = caller;
    this.#request = request;
    this.#options = options;
    this.#control = new ControlLine(caller.nc);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#phase === "new") this.#start();
    return this.#queue.next();
  }

  /** Runs when a loop is left early. */
  return(): Promise<Result> {
    this.#leave(null);
    return Promise.resolve({ done: true, value: undefined });
  }

  #start(): void {
    const { method } = this.#caller;
    const { signal } = this.#options;
    this.#phase = "open";
    try {
      if (signal?.aborted === true) throw canceled(method, signal);
      this.#sent = sendRequest(this.#caller, this.#request, this.#options, {
        onFrame: (message) => this.#onFrame(message),
        onReply: (message) => this.#onReply(message),
        onFailure: (error) => this.#fail(error),
      });
    } catch (error) {
      this.#fail(this.#charterError(error));
      return;
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#patience.start(this.#sent.deadlineMs);
  }

  readonly #onAbort = (): void => {
    const { signal } = this.#options;
    if (signal !== undefined) this.#leave(canceled(this.#caller.method, signal));
  };

  /** What comes where frames go. */
  #onFrame(message: NatsMessage): void {
    try {
      // Where payloads are sealed, a frame with nothing but its number is not.
      const { encryption } = this.#caller.method.policy;
      const seq = encryption === null ? frameNumberOf(message.data) : -1;
      if (seq > 0 && this.#phase === "open") this.#take(seq, message.data);
      else this.#onOther(message);
    } catch (error) {
      this.#breakOff(this.#charterError(error));
    }
  }

  /** The first frame, the last one, and whatever is no frame. */
  #onOther(message: NatsMessage): void {
    if (this.#phase === "ended") throw this.#error("data_loss", "a message came after the end");
    const received = this.#read(message);
    switch (received.kind) {
      case "frame":
        if (received.control !== null) this.#control.open(received.control);
        if (this.#phase === "left") {
          this.#cancel();
          return;
        }
        if (received.seq === 0) this.#showHeaders(message);
        this.#take(received.seq, received.payload);
        return;
      case "end":
        this.#end(received.count);
        return;
      case "error":
        this.#fail(received.error);
    }
  }

  /** What comes to the inbox when frames have a subject of their own: why none will come. */
  #onReply(message: NatsMessage): void {
    try {
      const received = this.#read(message);
      throw received.kind === "error"
        ? received.error
        : this.#error("data_loss", "a frame came to the inbox, not to the frames subject");
    } catch (error) {
      this.#breakOff(this.#charterError(error));
    }
  }

  #read(message: NatsMessage): Received {
    if (isNoResponders(message)) {
      return { kind: "error", error: this.#error("unavailable", "nobody answers") };
    }
    return readReceived(message, this.#sent?.open(message) ?? message.data);
  }

  #take(seq: number, payload: Uint8Array): void {
    const expected = this.#window.received;
    if (seq !== expected) {
      const what = seq > expected ? "frames are missing" : "a frame came twice, or too late";
      throw this.#error("data_loss", `${what}: expected frame ${expected}, but ${seq} came`);
    }
    if (!this.#window.receive(payload.length)) {
      throw this.#error("data_loss", `the service sent frame ${seq} without credit for it`);
    }
    const { method, read } = this.#caller;
    const frame = read(method.output, payload, "data_loss");
    if (seq === 0) this.#patience.start(method.idleTimeoutMs);
    else this.#patience.hear();
    this.#queue.push(frame);
  }

  #showHeaders({ headers }: NatsMessage): void {
    if (headers !== undefined) this.#options.onReplyHeaders?.(headers);
  }

  #end(count: number): void {
    const { received } = this.#window;
    if (count !== received) {
      throw this.#error("data_loss", `the service counts ${count} frames, but ${received} came`);
    }
    if (this.#phase === "left") {
      this.#close();
      return;
    }
    this.#phase = "ended";
    this.#control.close();
    this.#queue.end(null);
  }

  #allow(frames: number): void {
    if (frames === 0) return;
    this.#control.allow(frames);
    this.#patience.hear();
  }

  #onSilence(): void {
    if (this.#phase !== "open") {
      // Nobody took the end, or told where to cancel.
      this.#close();
      return;
    }
    const { idleTimeoutMs } = this.#caller.method;
    if (this.#control.isOpen && this.#window.exhausted) {
      // The service must not send: it waits for the reader, who may take the time.
      this.#patience.start(idleTimeoutMs);
      return;
    }
    const { received } = this.#window;
    const what =
      received === 0
        ? "no frame came before the deadline"
        : `nothing came for ${idleTimeoutMs} ms after frame ${received - 1}`;
    this.#breakOff(this.#error("deadline_exceeded", what));
  }

  /** The reader wants no more. */
  #leave(error: CharterError | null): void {
    if (this.#phase === "left") return;
    this.#queue.clear();
    this.#queue.end(error);
    if (this.#phase === "open" && !this.#control.isOpen) this.#phase = "left";
    else this.#cancel();
  }

  #cancel(): void {
    this.#control.cancel();
    this.#close();
  }

  /** It is the service that broke the protocol: it had better stop. */
  #breakOff(error: CharterError): void {
    this.#control.cancel();
    this.#fail(error);
  }

  #fail(error: CharterError): void {
    if (this.#phase === "open" || this.#phase === "ended") this.#queue.end(error);
    this.#close();
  }

  #close(): void {
    this.#phase = "closed";
    this.#patience.stop();
    this.#control.close();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#sent?.close();
  }

  #error(code: CharterErrorCode, text: string): CharterError {
    return new CharterError(code, `${this.#caller.method.rpc}: ${text}`);
  }

  #charterError(error: unknown): CharterError {
    return error instanceof CharterError ? error : fromNatsFailure(error, this.#caller.method.rpc);
  }
}
