/** Something that wants to be reminded. */
export interface Reminder {
  /** By `performance.now()`. It may change at any time. */
  readonly dueAt: number;
  /** Whether it can be forgotten. */
  readonly isOver: boolean;
  onDue(now: number): void;
}

/**
 * Reminds of many things with one timer, which looks at all of them every few milliseconds. A timer
 * for each call costs five times as much as all the rest that retries do for a call that goes well.
 */
export class Reminders {
  readonly #everyMs: number;
  #waiting: Reminder[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  add(reminder: Reminder): void {
    this.#waiting.push(reminder);
    this.#timer ??= setTimeout(this.#look, this.#everyMs);
  }

  readonly #look = (): void => {
    const now = performance.now();
    const seen = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    for (const reminder of seen) {
      if (!reminder.isOver && reminder.dueAt <= now) reminder.onDue(now);
      if (!reminder.isOver) this.add(reminder);
    }
  };
}
