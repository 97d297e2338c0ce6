import type { NatsMessage } from "../connection/connection.ts";
import type { Listener } from "../connection/subscription.ts";
import { CharterError } from "../errors/charter-error.ts";
import { type Control, controlWildcard, newControlSubject, readControl } from "./control.ts";

/** How long handlers that were told to end may take to do so, in milliseconds. */
const leaveMs = 1000;

/** A streaming call, for those who end it or give it credit. */
export interface Controlled {
  readonly rpc: string;
  onControl(control: Control): void;
  /** Ends the call, and tells the reader and the handler why. */
  abort(reason: CharterError): void;
}

/** The streaming calls that a service has in hand, by the subjects that their readers control. */
export class StreamingCalls {
  readonly #instance: string;
  readonly #onError: (error: unknown, where: string) => void;
  readonly #calls = new Map<string, Controlled>();

  constructor(instance: string, onError: (error: unknown, where: string) => void) {
    this.#instance = instance;
    this.#onError = onError;
  }

  /** Gives the subject on which the reader answers from now on. */
  open(call: Controlled): string {
    const subject = newControlSubject(this.#instance);
    this.#calls.set(subject, call);
    return subject;
  }

  close(subject: string): void {
    this.#calls.delete(subject);
  }

  /** One subscription for all calls. */
  listener(): Listener {
    return {
      subject: controlWildcard(this.#instance),
      onMessage: ({ subject, data }: NatsMessage) => {
        // Credit for a call that has just ended is nothing wrong.
        const call = this.#calls.get(subject);
        if (call === undefined) return;
        const control = readControl(data);
        if (control !== null) call.onControl(control);
        else this.#onError(notControl, call.rpc);
      },
    };
  }

  /** Lets calls go on until they are `idle`, but for no longer than the grace; then ends them. */
  async stop(idle: Promise<unknown>, graceMs: number): Promise<void> {
    await within(graceMs, idle);
    this.abort();
    await within(leaveMs, idle);
  }

  /** Ends all calls, as the service does. */
  abort(): void {
    for (const call of this.#calls.values()) {
      call.abort(new CharterError("unavailable", `${call.rpc}: the service stops`));
    }
  }
}

const notControl = new CharterError(
  "invalid_argument",
  "a control message that is no charter.nats.v1.StreamControl was dropped",
);

async function within(limitMs: number, done: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([done, limit]);
  clearTimeout(timer);
}
