import type { MessageHeaders } from "../connection/connection.ts";
import { headerNames } from "../connection/headers.ts";

// Nearly all frames have `Charter-Seq` as their only header. Writing and reading it through the
// headers of a NATS client takes longer than everything else that is done with a small frame, so
// that one form is written and read here. Everything else goes through the client's headers.

const before = new TextEncoder().encode(`NATS/1.0\r\n${headerNames.seq}: `);
const after = new TextEncoder().encode("\r\n\r\n");
const zero = 48;

/** Headers that have nothing but a frame's number. Both clients ask headers only to encode. */
export class FrameNumber {
  seq = 0;

  /** As the headers of a message to publish. */
  asHeaders(): MessageHeaders {
    return this as unknown as MessageHeaders;
  }

  encode(): Uint8Array {
    let digits = 1;
    for (let rest = this.seq; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
    const bytes = new Uint8Array(before.length + digits + after.length);
    bytes.set(before);
    let at = before.length + digits;
    bytes.set(after, at);
    for (let rest = this.seq; digits > 0; digits -= 1, rest = Math.floor(rest / 10)) {
      at -= 1;
      bytes[at] = zero + (rest % 10);
    }
    return bytes;
  }
}

/**
 * The number of a frame that has nothing but its number, or -1 for every other message. Both
 * clients leave the headers where they came, right before the payload; where they are not found
 * there, the message's own headers still tell.
 */
export function frameNumberOf(payload: Uint8Array): number {
  const bytes = new Uint8Array(payload.buffer, 0, payload.byteOffset);
  let at = endsWith(bytes, bytes.length, after);
  let seq = 0;
  let digits = 0;
  for (let scale = 1; at > 0 && digits < 15; scale *= 10, digits += 1) {
    const digit = (bytes[at - 1] ?? 0) - zero;
    if (digit < 0 || digit > 9) break;
    seq += digit * scale;
    at -= 1;
  }
  return digits > 0 && endsWith(bytes, at, before) >= 0 ? seq : -1;
}

/** Where `ending` begins if the bytes up to `end` end with it, or -1. */
function endsWith(bytes: Uint8Array, end: number, ending: Uint8Array): number {
  const start = end - ending.length;
  if (start < 0) return -1;
  for (let index = ending.length - 1; index >= 0; index -= 1) {
    if (bytes[start + index] !== ending[index]) return -1;
  }
  return start;
}
