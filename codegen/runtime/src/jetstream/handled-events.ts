import type { Delivery } from "./delivery.ts";

/**
 * How many events a process remembers. A server sends again what was in hand, and what was
 * acknowledged in its last moments: far fewer.
 */
const capacity = 65_536;

/**
 * The events that a process has handled. The server sends one again when its acknowledgement was
 * lost, and no handler should see that. The time is compared too: a stream that was deleted and
 * made anew counts from 1 again.
 */
export class HandledEvents {
  readonly #takenAt = new Map<number, bigint>();

  has({ sequence, takenAt }: Delivery): boolean {
    return this.#takenAt.get(sequence) === takenAt;
  }

  add({ sequence, takenAt }: Delivery): void {
    this.#takenAt.set(sequence, takenAt);
    if (this.#takenAt.size <= capacity) return;
    for (const oldest of this.#takenAt.keys()) {
      this.#takenAt.delete(oldest);
      return;
    }
  }
}
