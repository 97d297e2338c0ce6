import {
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import type { MessageHeaders } from "../connection/connection.ts";
import type { ExtraHeaders } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { OperationKind } from "./operation-kind.ts";
import { type Instruments, measuring, tracing } from "./sdk.ts";

/** A message that is about to be sent. */
interface Sending {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/**
 * Begins a call or a publication. `sending` is null where it is not known yet. Null where the
 * application has set no telemetry up.
 */
export function beginSending(kind: OperationKind, sending: Sending | null): Operation | null {
  const tracer = tracing();
  const instruments = measuring();
  if (tracer === null && instruments === null) return null;
  const origin = context.active();
  const span = tracer?.startSpan(
    kind.spanName,
    { kind: kind.spanKind, attributes: { ...kind.attributes, ...attributesOf(sending) } },
    origin,
  );
  return new Operation(kind, instruments, span, origin);
}

function attributesOf(sending: Sending | null) {
  if (sending === null) return {};
  const { subject, payload } = sending;
  return { [destination]: subject, "messaging.message.body.size": payload.length };
}

const destination = "messaging.destination.name";

interface Received {
  readonly subject: string;
  readonly headers?: MessageHeaders | undefined;
}

/** Begins the handling of a request or an event. Null where no telemetry is set up. */
export function beginProcessing(kind: OperationKind, message: Received): Operation | null {
  const tracer = tracing();
  const instruments = measuring();
  if (tracer === null && instruments === null) return null;
  const sender = senderContext(message.headers);
  const origin = kind.continues ? sender : ROOT_CONTEXT;
  const span = tracer?.startSpan(
    kind.spanName,
    {
      kind: kind.spanKind,
      attributes: { ...kind.attributes, [destination]: message.subject },
      links: kind.continues ? [] : linksTo(sender),
    },
    origin,
  );
  return new Operation(kind, instruments, span, origin);
}

/** What the sender of a message says of its trace. What runs here already has no part in it. */
function senderContext(headers: MessageHeaders | undefined): Context {
  if (headers === undefined) return ROOT_CONTEXT;
  return propagation.extract(ROOT_CONTEXT, headers, headerGetter);
}

const headerGetter: TextMapGetter<MessageHeaders> = {
  keys: (headers) => headers.keys(),
  get: (headers, name) => (headers.has(name) ? headers.get(name) : undefined),
};

function linksTo(sender: Context): Link[] {
  const linked = trace.getSpanContext(sender);
  return linked === undefined ? [] : [{ context: linked }];
}

/** One call, request, publication or event while it lasts: a span, and what is measured at its end. */
export class Operation {
  readonly #kind: OperationKind;
  readonly #instruments: Instruments | null;
  readonly #startedAt = performance.now();
  readonly #context: Context;
  readonly #span: Span | undefined;
  #attempts = 0;
  #frames: number | undefined;
  #ended = false;

  constructor(
    kind: OperationKind,
    instruments: Instruments | null,
    span: Span | undefined,
    origin: Context,
  ) {
    this.#kind = kind;
    this.#instruments = instruments;
    this.#span = span;
    this.#context = span === undefined ? origin : trace.setSpan(origin, span);
  }

  /** Runs what the operation consists of, so that calls in it become its children. */
  run<T>(work: () => T): T {
    return context.with(this.#context, work);
  }

  /** Runs it, and ends with it. */
  async observe<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      const result = await this.run(work);
      this.end(null);
      return result;
    } catch (error) {
      this.end(error);
      throw error;
    }
  }

  /** The headers that carry the trace on. */
  headers(): ExtraHeaders {
    const carried: Record<string, string> = {};
    propagation.inject(this.#context, carried);
    return carried;
  }

  /** Notes that a request is sent; the first time is no news. */
  noteAttempt(): void {
    this.#attempts += 1;
    if (this.#attempts === 1) return;
    this.#span?.addEvent("charter.attempt", { "charter.attempt.number": this.#attempts });
  }

  /** Counts a frame of a streaming rpc. */
  countFrame(): void {
    this.#frames = (this.#frames ?? 0) + 1;
  }

  /** `error` is what the operation failed with, or null. Only the first end counts. */
  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const code = error instanceof CharterError ? error.code : "internal";
    const failed = error === null ? undefined : { "error.type": code };
    this.#measure(failed);
    const span = this.#span;
    if (span === undefined) return;
    if (this.#frames !== undefined) span.setAttribute("charter.frames", this.#frames);
    if (failed !== undefined) span.setAttributes(failed);
    if (error !== null && this.#kind.isFailure(code)) {
      const message = error instanceof Error && this.#kind.showsErrors ? error.message : code;
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    span.end();
  }

  #measure(failed: { readonly "error.type": string } | undefined): void {
    if (this.#instruments === null) return;
    const { sending, processing, sent, consumed } = this.#instruments;
    const attributes = { ...this.#kind.attributes, ...failed };
    const [durations, messages] = this.#kind.isSending ? [sending, sent] : [processing, consumed];
    durations.record((performance.now() - this.#startedAt) / 1000, attributes);
    messages.add(1, attributes);
  }
}
