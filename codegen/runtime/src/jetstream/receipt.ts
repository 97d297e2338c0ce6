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

/** By the server's own numbers: its texts change. 503 and 429 pass by themselves. */
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
  // An error names the stream too.
  if (error !== undefined) {
    const passing = error.code === 503 || error.code === 429;
    const code = codeOfErrors[error.err_code ?? 0] ?? (passing ? "unavailable" : "unknown");
    throw new CharterError(code, `${subject}: the stream refuses the event: ${error.description}`);
  }
  if (typeof stream === "string" && typeof seq === "number") {
    return { stream, sequence: seq, duplicate: duplicate === true };
  }
  throw new CharterError(
    "failed_precondition",
    `${subject}: what answers on the subject of the event is no stream`,
  );
}

const decoder = new TextDecoder();

function parse(answer: NatsMessage): Answer {
  try {
    const value: unknown = JSON.parse(decoder.decode(answer.data));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
