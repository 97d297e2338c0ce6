import type { Connection, MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import type { CharterError } from "../errors/charter-error.ts";
import { writeErrorReply } from "../errors/error-reply.ts";
import type { Envelope } from "../payload/envelope.ts";
import type { ReceivedRequest } from "../payload/request-coder.ts";
import { FrameNumber } from "./frame-number.ts";

/** Who wants to know what becomes of the frames. */
export interface SenderEvents {
  /** Everything given so far is on its way. */
  onSent(): void;
  /** A frame cannot be sent, and those after it are not. */
  onFailure(error: unknown): void;
}

/** Where the frames of a call go, and where their reader answers. */
export interface FrameRoute {
  readonly framesSubject: string;
  readonly controlSubject: string;
}

/**
 * Numbers frames and sends them. A NATS client writes to its socket as often as whoever publishes
 * lets go of the processor, which a handler does at each `yield`; so frames are kept until the
 * handler waits for something else, and then sent as one.
 */
export class FrameSender {
  readonly #nc: Connection;
  readonly #request: NatsMessage;
  readonly #stamp: string;
  readonly #events: SenderEvents;
  readonly #number = new FrameNumber();
  readonly #numbered = { headers: this.#number.asHeaders() };
  #received: ReceivedRequest | undefined;
  #route: FrameRoute = { framesSubject: "", controlSubject: "" };
  #waiting: Uint8Array[] = [];
  #sent = 0;

  /** `stamp` is for callers that ask for it. */
  constructor(nc: Connection, request: NatsMessage, stamp: string, events: SenderEvents) {
    this.#nc = nc;
    this.#request = request;
    this.#stamp = stamp;
    this.#events = events;
  }

  /** How many frames are on their way. */
  get sent(): number {
    return this.#sent;
  }

  /** What makes payloads ready to travel, where they do not travel as they are. */
  packWith(received: ReceivedRequest | undefined): void {
    this.#received = received;
  }

  open(route: FrameRoute): void {
    this.#route = route;
  }

  /** Sends the payload of a frame soon, in this turn of the event loop. */
  give(payload: Uint8Array): void {
    if (this.#waiting.push(payload) === 1) process.nextTick(this.#sendSoon);
  }

  readonly #sendSoon = (): void => {
    try {
      this.#sendWaiting();
    } catch (error) {
      this.#events.onFailure(error);
    }
  };

  /** Throws what the NATS client throws. */
  end(): void {
    this.#sendWaiting();
    const headers = createHeaders({ [headerNames.eos]: String(this.#sent) });
    this.#publish(this.#route.framesSubject, { payload: new Uint8Array(), headers });
  }

  /**
   * Sends an error instead of the rest. Before the first frame it goes to the inbox: a request can
   * be refused before it can be told where its frames go.
   */
  fail(error: CharterError): void {
    try {
      this.#sendWaiting();
    } catch {
      // It was the next thing to fail, and the error says as much.
    }
    try {
      const { framesSubject } = this.#route;
      const subject = this.#sent === 0 ? (this.#request.reply ?? "") : framesSubject;
      this.#publish(subject, writeErrorReply(error));
    } catch {
      // The connection is closed: nobody can be told.
    }
  }

  /** Forgets the frames that nobody wants any more. */
  drop(): void {
    this.#waiting = [];
  }

  #sendWaiting(): void {
    if (this.#waiting.length === 0) return;
    const payloads = this.#waiting;
    this.#waiting = [];
    for (const payload of payloads) {
      this.#send(payload);
      this.#sent += 1;
    }
    this.#events.onSent();
  }

  #send(payload: Uint8Array): void {
    const { framesSubject } = this.#route;
    if (this.#sent > 0 && this.#received === undefined) {
      this.#number.seq = this.#sent;
      this.#nc.publish(framesSubject, payload, this.#numbered);
      return;
    }
    const headers = createHeaders({ [headerNames.seq]: String(this.#sent) });
    if (this.#sent === 0) this.#introduce(headers);
    this.#publish(framesSubject, { payload, headers });
  }

  /** What the first frame tells beside its number. */
  #introduce(headers: MessageHeaders): void {
    headers.set(headerNames.control, this.#route.controlSubject);
    const wanted = this.#request.headers?.has(headerNames.schema) === true;
    if (wanted) headers.set(headerNames.schema, this.#stamp);
  }

  #publish(subject: string, envelope: Envelope): void {
    const { payload, headers } = this.#received?.answer(envelope) ?? envelope;
    this.#nc.publish(subject, payload, headers === undefined ? undefined : { headers });
  }
}
