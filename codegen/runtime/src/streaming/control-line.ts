import type { Connection } from "../connection/connection.ts";
import { CharterError } from "../errors/charter-error.ts";
import { cancelMessage, creditMessage, isControlSubject, keepAliveMs } from "./control.ts";

/** The way from a reader of frames back to the service, once the first frame has told it. */
export class ControlLine {
  readonly #nc: Connection;
  #subject: string | null = null;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  /** Since the last turn of the keep-alive. */
  #spoke = false;
  /** Credit that is about to be given. */
  #frames = 0;

  constructor(nc: Connection) {
    this.#nc = nc;
  }

  get isOpen(): boolean {
    return this.#subject !== null;
  }

  /** Throws `data_loss` for a subject that no service may give. */
  open(subject: string): void {
    if (this.isOpen || !isControlSubject(subject)) {
      throw new CharterError(
        "data_loss",
        "the service gave no subject of the form _CHARTER.ctl.<instance>.<id> to answer to, or two",
      );
    }
    this.#subject = subject;
    this.#keepAlive = setInterval(() => {
      if (!this.#spoke) this.#publish(creditMessage(0));
      this.#spoke = false;
    }, keepAliveMs);
  }

  /** Gives credit soon, in this turn of the event loop, together with what else is given in it. */
  allow(frames: number): void {
    if (this.#frames === 0) process.nextTick(this.#giveSoon);
    this.#frames += frames;
  }

  readonly #giveSoon = (): void => {
    this.#publish(creditMessage(this.#frames));
    this.#frames = 0;
    this.#spoke = true;
  };

  cancel(): void {
    this.#publish(cancelMessage);
  }

  close(): void {
    clearInterval(this.#keepAlive);
    this.#subject = null;
  }

  #publish(control: Uint8Array): void {
    if (this.#subject === null) return;
    try {
      this.#nc.publish(this.#subject, control);
    } catch {
      // The connection is closed, which ends the reading anyway.
    }
  }
}
