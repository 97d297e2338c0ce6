import { CharterError } from "../errors/charter-error.ts";
import type { MessageHeaders } from "./connection.ts";

const encoder = new TextEncoder();
const none = new Uint8Array();
/** ADR-4: printable ASCII without the colon. */
const nameOfHeader = /^[!-9;-~]+$/;

/**
 * Headers to send. Both NATS clients ask headers only to encode themselves; to fill and to encode
 * those of a client takes longer than all the rest that is done with a small event.
 */
export class OutgoingHeaders implements MessageHeaders {
  readonly code = 0;
  readonly #values = new Map<string, string>();

  get(name: string): string {
    return this.#values.get(name) ?? "";
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  /** Throws `invalid_argument` for a name or value that no header can have. */
  set(name: string, value: string): void {
    if (!nameOfHeader.test(name) || value.includes("\r") || value.includes("\n")) {
      throw new CharterError(
        "invalid_argument",
        `no header can have this name or value: ${JSON.stringify(name)}; expected a name of printable ASCII without a colon, and a value of one line`,
      );
    }
    this.#values.set(name, value.trim());
  }

  /** Nothing for no headers, so that the message travels without any. */
  encode(): Uint8Array {
    if (this.#values.size === 0) return none;
    let text = "NATS/1.0\r\n";
    for (const [name, value] of this.#values) text += `${name}: ${value}\r\n`;
    return encoder.encode(`${text}\r\n`);
  }
}
