import type { NatsMessage } from "../connection/connection.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { CharterErrorCode } from "../errors/codes.ts";

/** Where a stream keeps an event. */
export interface Receipt {
  readonly stream: string;
  /** The event's place in the stream, counted from 1. */
  readonly sequence: number;
  /** The stream had an event of this id already, and keeps that one alone. */
  readonly duplicate: boolean;
}

/** What JetStream answers to a message that a stream is to keep. */
interface Answer {
  readonly stream?: string;
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code?: number; readonly err_code?: number; description?: string };
}

/** The server's own codes; its texts change. */
const codeOfErrors: Readonly<Record<number, CharterErrorCode>> = {
  // Another stream than the expected one takes the subject.
  10060: "failed_precondition",
  // Larger than the stream takes a message, or the stream is full and discards what is new.
  10054: "resource_exhausted",
  10077: "resource_exhausted",
};

/** Reads the acknowledgement of a stream. Throws a `CharterError` for anything else. */
export function readReceipt(answer: NatsMessage, subject: string): Receipt {
  const { stream, seq, duplicate, error } = parse(answer);
  if (typeof stream === "string" && typeof seq === "number") {
    return { stream, sequence: seq, duplicate: duplicate === true };
  }
  if (error === undefined) {
    throw new CharterError(
      "failed_precondition",
      `${subject}: somebody who is no stream answers on the subject of an event`,
    );
  }
  const code =
    codeOfErrors[error.err_code ?? 0] ?? (isPassing(error.code) ? "unavailable" : "unknown");
  throw new CharterError(code, `${subject}: the stream refuses the event: ${error.description}`);
}

function parse(answer: NatsMessage): Answer {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(answer.data));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** JetStream is starting, electing a leader, or has too much to do. */
function isPassing(status: number | undefined): boolean {
  return status === 503 || status === 429;
}
