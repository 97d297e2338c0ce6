import {
  type Msg,
  type NatsConnection,
  nanos,
  type Status,
  type Subscription,
} from "@nats-io/nats-core";
import { backOff } from "../connection/back-off.ts";
import type { NatsMessage } from "../connection/connection.ts";
import { answersTo, newInbox } from "../connection/inbox.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import { CharterError } from "../errors/charter-error.ts";

export interface PullSettings {
  readonly stream: string;
  /** The durable consumer, which is on the server already. */
  readonly durable: string;
  /** How many more messages may come now. */
  readonly room: () => number;
  readonly onMessage: (message: NatsMessage) => void;
  readonly onError: (error: unknown) => void;
}

/** How long the server keeps a request open, and how often it shows meanwhile that it lives. */
const expiresMs = 30_000;
const heartbeatMs = 2000;
/** A restarting server refuses once or twice; what goes on for longer is worth a word. */
const passingFailures = 3;

/**
 * Pulls messages of a durable consumer: one request at a time, for as many as there is room for. Lost
 * connections, restarted servers and missing consumers are waited out.
 *
 * The NATS client has a pull consumer too. It asks for more as messages arrive, not as they are
 * handled, so a slow handler would hoard what other instances could do.
 */
export class PullRequests {
  readonly #nc: NatsConnection;
  readonly #settings: PullSettings;
  readonly #subject: string;
  readonly #inbox: string;
  readonly #statuses: AsyncIterable<Status> & { stop?(): void };
  readonly #watchdog: NodeJS.Timeout;
  #subscription: Subscription | null = null;
  /** How many messages the open request may still bring; none is open at 0. */
  #owed = 0;
  #serial = 0;
  #lastSignAt = 0;
  /** In a row, and whether the application knows. */
  #failures = 0;
  #told = false;
  #connected = true;
  #pause: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(nc: NatsConnection, settings: PullSettings) {
    this.#nc = nc;
    this.#settings = settings;
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${settings.stream}.${settings.durable}`;
    this.#inbox = newInbox(nc);
    this.#statuses = nc.status();
    this.#watchdog = setInterval(() => {
      const isSilent = performance.now() - this.#lastSignAt > 2 * heartbeatMs;
      // The server does not answer for a consumer that is not there.
      if (this.#connected && this.#owed > 0 && isSilent) this.#failed(this.#missing());
    }, heartbeatMs);
    void this.#watch();
    void nc.closed().then(() => this.#end());
  }

  /** Asks for as many as there is room for, unless a request is open or the last one has failed. */
  more(): void {
    const batch = this.#settings.room();
    if (this.#ended || this.#owed > 0 || this.#pause !== null || batch <= 0) return;
    const request = { batch, expires: nanos(expiresMs), idle_heartbeat: nanos(heartbeatMs) };
    this.#owed = batch;
    this.#serial += 1;
    this.#lastSignAt = performance.now();
    try {
      this.#subscription ??= this.#listen();
      const reply = `${this.#inbox}.${this.#serial}`;
      this.#nc.publish(this.#subject, JSON.stringify(request), { reply });
    } catch (error) {
      this.#failed(fromNatsFailure(error, this.#subject));
    }
  }

  /** Asks for no more, and resolves when what was on its way has come. */
  async stop(): Promise<void> {
    this.#end();
    await this.#subscription?.drain().catch(() => {});
  }

  #end(): void {
    this.#ended = true;
    clearInterval(this.#watchdog);
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#statuses.stop?.();
  }

  #listen(): Subscription {
    const subscription = this.#nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) {
          this.#onMessage(message);
          return;
        }
        // The client has ended the subscription.
        this.#subscription = null;
        this.#failed(fromNatsFailure(error, this.#subject));
      },
    });
    answersTo(subscription, this.#subject);
    return subscription;
  }

  #onMessage(message: Msg): void {
    this.#lastSignAt = performance.now();
    if (message.subject.startsWith(this.#inbox)) {
      // What ends an older request says nothing of the open one.
      if (message.subject === `${this.#inbox}.${this.#serial}`) this.#onStatus(message);
      return;
    }
    this.#succeeded();
    this.#owed = Math.max(0, this.#owed - 1);
    this.#settings.onMessage(message as NatsMessage);
    this.more();
  }

  #onStatus({ headers }: Msg): void {
    switch (headers?.code) {
      case 100:
        this.#succeeded();
        return;
      case 404:
      case 408:
        this.#owed = 0;
        this.more();
        return;
      default: {
        // Leaders change and servers stop; a consumer that was deleted does not come back so.
        const isGone = /deleted/i.test(headers?.description ?? "");
        this.#failed(this.#missing(), isGone ? 1 : passingFailures);
      }
    }
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#told = false;
  }

  #missing(): CharterError {
    const { stream, durable } = this.#settings;
    return new CharterError(
      "unavailable",
      `nothing comes for the consumer ${durable} of the stream ${stream}: JetStream is away, or ` +
        "there is no such consumer, and `charter stream apply` provides it",
    );
  }

  /** Waits, longer each time, and asks again. Says so once, after a number of failures in a row. */
  #failed(error: CharterError, toldAfter = 1): void {
    if (this.#ended) return;
    this.#owed = 0;
    this.#failures += 1;
    if (!this.#told && this.#failures >= toldAfter) {
      this.#told = true;
      this.#settings.onError(error);
    }
    this.#pause ??= setTimeout(
      () => {
        this.#pause = null;
        this.more();
      },
      backOff(this.#failures, 100, 5000),
    );
  }

  async #watch(): Promise<void> {
    for await (const status of this.#statuses) {
      if (status.type === "disconnect") this.#connected = false;
      if (status.type === "reconnect") {
        this.#connected = true;
        // The open request is lost.
        this.#owed = 0;
        this.more();
      }
      // Without a word of it, refused acknowledgements would only show as events that come again.
      if (status.type === "error" && this.#isRefusedAnswer(status.error)) {
        this.#settings.onError(fromNatsFailure(status.error, "acknowledging an event"));
      }
    }
  }

  #isRefusedAnswer(error: Error): boolean {
    const subject = "subject" in error ? String(error.subject) : "";
    const { stream, durable } = this.#settings;
    return subject.startsWith("$JS.ACK.") && subject.includes(`.${stream}.${durable}.`);
  }
}
