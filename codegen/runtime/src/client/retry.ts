import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { backOff } from "../connection/back-off.ts";
import type { Link } from "../connection/link.ts";
import type { MethodContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { cameAsReply } from "../errors/error-reply.ts";
import { canceled } from "./attempt.ts";
import { isRefusal } from "./breaker.ts";
import type { Call, Invoke } from "./call.ts";
import { type Reminder, Reminders } from "./reminders.ts";
import type { RetryBudget } from "./retry-budget.ts";

/** How calls of idempotent rpcs are tried again. */
export interface RetryOptions {
  /**
   * The part of the deadline after which a call without a reply is sent once more, while the reply
   * to the first request is still welcome: above 0, 0.25 without it.
   */
  readonly repeatAfter?: number | undefined;
  /** How many requests of one call a service may get: 4 without it. */
  readonly maxAttempts?: number | undefined;
  /** How many repeated requests a call that succeeds pays for, over 10 s: 0.2 without it. */
  readonly budget?: number | undefined;
}

export const usualBudget = 0.2;

const firstBackOffMs = 10;
const longestBackOffMs = 1000;
/** How often calls are looked after, so that no call needs a timer of its own. */
const usualLookMs = 10;

interface Retrying {
  readonly method: MethodContract;
  readonly link: Link;
  readonly budget: RetryBudget;
  readonly reminders: Reminders;
  readonly repeatAfter: number;
  readonly maxAttempts: number;
  readonly next: Invoke;
}

/**
 * Tries calls of an idempotent rpc again until their deadline: at once when nobody listens or a
 * service says `unavailable`, with growing pauses; and when no reply comes, because an instance
 * that died is not heard of. A slow service is not given up: its reply counts whenever it comes.
 */
export function retry(
  method: MethodContract,
  link: Link,
  budget: RetryBudget,
  { repeatAfter = 0.25, maxAttempts = 4 }: RetryOptions,
  next: Invoke,
): Invoke {
  const lookMs = Math.max(1, Math.min(usualLookMs, (method.deadlineMs * repeatAfter) / 2));
  const reminders = new Reminders(lookMs);
  const retrying = { method, link, budget, reminders, repeatAfter, maxAttempts, next };
  return (call) => new RetriedCall(retrying, call).reply;
}

type Reply = MessageShape<DescMessage>;

/** One call with all of its attempts. The first reply that is an answer wins. */
class RetriedCall implements Reminder {
  readonly reply: Promise<Reply>;
  dueAt: number;
  isOver = false;
  readonly #retrying: Retrying;
  readonly #call: Call;
  readonly #deadlineAt: number;
  readonly #pauseMs: number;
  #resolve: (reply: Reply) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  /** Attempts that a service may have. */
  #given = 0;
  #underWay = 0;
  #attempts = 0;
  /** Whether the last attempt waits for the connection. */
  #isHeldBack = false;
  #failure: CharterError | undefined;
  #onAbort: (() => void) | undefined;

  constructor(retrying: Retrying, call: Call) {
    const now = performance.now();
    this.#retrying = retrying;
    this.#call = call.options.onReplyHeaders === undefined ? call : tellingOnce(call);
    this.#deadlineAt = now + call.deadlineMs;
    this.#pauseMs = call.deadlineMs * retrying.repeatAfter;
    this.dueAt = now + this.#pauseMs;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#begin(this.#call);
    retrying.reminders.add(this);
  }

  #begin(call: Call): void {
    const { next, link } = this.#retrying;
    this.#given += 1;
    this.#underWay += 1;
    this.#attempts += 1;
    this.#isHeldBack = !link.isUp;
    next(call).then(
      (reply) => this.#succeed(reply),
      (error) => this.#fail(error),
    );
  }

  /** Also the reply to an attempt that others have followed. */
  #succeed(reply: Reply): void {
    if (this.isOver) return;
    this.#finish();
    this.#retrying.budget.earn();
    this.#resolve(reply);
  }

  #fail(error: unknown): void {
    this.#underWay -= 1;
    if (this.isOver) return;
    if (!mayPass(error)) {
      this.#end(error);
      return;
    }
    // What somebody said tells more than silence.
    if (error.code === "unavailable" || this.#failure === undefined) this.#failure = error;
    if (isRefusal(error)) {
      this.#stop();
      return;
    }
    if (error.code === "unavailable") this.#pause(cameAsReply(error));
    const isLast = error.code === "deadline_exceeded" || !(this.dueAt < this.#deadlineAt);
    if (this.#underWay === 0 && (isLast || this.#retrying.link.isClosed)) this.#giveUp();
  }

  /** Until the next attempt. One that reached no service was no load, and leaves no trace. */
  #pause(reachedService: boolean): void {
    if (!reachedService) {
      this.#given -= 1;
      if (this.#given > 0) this.#retrying.budget.giveBack();
    }
    this.#listen();
    const pauseMs = backOff(this.#attempts, firstBackOffMs, longestBackOffMs);
    this.dueAt = Math.min(this.dueAt, performance.now() + pauseMs);
  }

  onDue(now: number): void {
    const { link } = this.#retrying;
    const leftMs = this.#deadlineAt - now;
    if (leftMs < 1) this.#stop();
    // Looked at again and again, until the connection is back.
    else if (!link.isUp && !link.isClosed) return;
    else if (this.#isHeldBack && this.#underWay > 0) {
      this.#isHeldBack = false;
      this.dueAt = now + this.#pauseMs;
    } else this.#repeat(leftMs, now);
  }

  #repeat(leftMs: number, now: number): void {
    const { maxAttempts, budget } = this.#retrying;
    this.dueAt = now + this.#pauseMs;
    if (this.#given >= maxAttempts) this.#stop();
    else if (this.#given === 0 || budget.spend()) {
      this.#begin({ ...this.#call, deadlineMs: leftMs });
    } else if (this.#underWay === 0) this.#giveUp();
  }

  /** No more attempts; those under way go on. */
  #stop(): void {
    this.dueAt = Number.POSITIVE_INFINITY;
    if (this.#underWay === 0) this.#giveUp();
  }

  #giveUp(): void {
    const failure = this.#failure;
    if (failure === undefined || this.#attempts === 1) {
      this.#end(failure);
      return;
    }
    const message = `${failure.message} (${this.#attempts} attempts)`;
    this.#end(new CharterError(failure.code, message, { cause: failure }));
  }

  #end(error: unknown): void {
    this.#finish();
    this.#reject(error);
  }

  /** Attempts listen to the signal themselves; between them somebody else has to. */
  #listen(): void {
    const { signal } = this.#call.options;
    if (signal === undefined || this.#onAbort !== undefined) return;
    this.#onAbort = () => this.#end(canceled(this.#retrying.method, signal));
    signal.addEventListener("abort", this.#onAbort);
  }

  #finish(): void {
    this.isOver = true;
    if (this.#onAbort === undefined) return;
    this.#call.options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** Whether a failure says nothing of the next attempt. */
function mayPass(error: unknown): error is CharterError {
  if (!(error instanceof CharterError)) return false;
  return error.code === "unavailable" || error.code === "deadline_exceeded";
}

/** Several replies can come; the headers of the first are those that the caller gets. */
function tellingOnce(call: Call): Call {
  let isTold = false;
  const onReplyHeaders: Call["options"]["onReplyHeaders"] = (headers) => {
    if (!isTold) call.options.onReplyHeaders?.(headers);
    isTold = true;
  };
  return { ...call, options: { ...call.options, onReplyHeaders } };
}
