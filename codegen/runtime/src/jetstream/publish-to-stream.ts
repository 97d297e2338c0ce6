import { delay, type NatsConnection, nuid } from "@nats-io/nats-core";
import { backOff } from "../connection/back-off.ts";
import type { Connection, MessageHeaders } from "../connection/connection.ts";
import { headerNames } from "../connection/headers.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import { CharterError } from "../errors/charter-error.ts";
import { jetStreamConnection } from "./connection.ts";
import { checkTaken } from "./contract-check.ts";
import { type Receipt, readReceipt } from "./receipt.ts";

/** A message for a stream. */
export interface Storing {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
}

export interface StoringOptions {
  /** The stream that must take it; null for whichever does. */
  readonly stream: string | null;
  readonly id?: string | undefined;
  readonly deadlineMs?: number | undefined;
}

/** A killed leader leaves a gap of up to 8 s; a restarted server one of about 3 s. */
const defaultDeadlineMs = 10_000;
/** What was sent while the connection was away is lost, so waiting longer for it gains nothing. */
const attemptMs = 2000;

/**
 * Hands a message to its stream, as often as it takes until the deadline. The id makes that safe:
 * the stream keeps it once.
 */
export async function publishToStream(
  nc: Connection,
  { subject, payload, headers }: Storing,
  { stream, id = nuid.next(), deadlineMs = defaultDeadlineMs }: StoringOptions,
): Promise<Receipt> {
  const connection = jetStreamConnection(nc);
  headers.set(headerNames.messageId, checkedId(id));
  // Another stream that takes the subject refuses, instead of keeping what nobody looks for there.
  if (stream !== null) headers.set(headerNames.expectedStream, stream);
  const until = performance.now() + deadlineMs;
  for (let failures = 1; ; failures++) {
    try {
      const timeout = Math.max(1, Math.min(attemptMs, until - performance.now()));
      return readReceipt(await nc.request(subject, payload, { headers, timeout }), subject);
    } catch (error) {
      const failure = error instanceof CharterError ? error : fromNatsFailure(error, subject);
      if (!isWorthRepeating(failure, connection)) throw failure;
      // A single 503 may be a server that has just started.
      if (failures > 1 && failure.code === "unavailable" && stream !== null) {
        await checkTaken(connection, stream, subject);
      }
      const pauseMs = backOff(failures, 50, 1000);
      if (performance.now() + pauseMs >= until) throw givenUp(failure, subject, deadlineMs);
      await delay(pauseMs);
    }
  }
}

function checkedId(id: string): string {
  if (/^[\x21-\x7e]{1,256}$/.test(id)) return id;
  throw new CharterError(
    "invalid_argument",
    "the id of an event must be 1 to 256 visible ASCII characters",
  );
}

function isWorthRepeating({ code }: CharterError, nc: NatsConnection): boolean {
  if (nc.isClosed() || nc.isDraining()) return false;
  return code === "deadline_exceeded" || code === "unavailable";
}

function givenUp(failure: CharterError, subject: string, deadlineMs: number): CharterError {
  return new CharterError(
    failure.code,
    `${subject}: no stream acknowledged the event within ${deadlineMs} ms, so it may be kept or ` +
      "not; publishing it again with the same id is safe. Where no stream takes the subject, " +
      "`charter stream apply` provides it",
    { cause: failure },
  );
}
