import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ErrorSchema, type Error as WireError } from "../../gen/charter/nats/v1/error_pb.js";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import { CharterError } from "./charter-error.ts";
import { codeOfNumber, codeOfStatus, codes } from "./codes.ts";

/** A header is one line that every hop parses; the payload carries the same text in full. */
const headerTextLength = 256;
/** Keeps a request with thousands of bad elements from making a larger reply. */
const maxViolations = 64;
/** A message for a person; longer texts are dumps, which can push a reply over the size limit. */
const maxTextLength = 4096;

export interface ErrorReply {
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
}

/** An error as it travels: WIRE, "Request/reply". The cause stays behind. */
export function writeErrorReply(error: CharterError): ErrorReply {
  const { number, status } = codes[error.code];
  const message = error.message.slice(0, maxTextLength);
  const violations = error.violations.slice(0, maxViolations);
  return {
    payload: toBinary(
      ErrorSchema,
      create(ErrorSchema, { code: number, message, violations: [...violations] }),
    ),
    headers: createHeaders({
      [headerNames.errorCode]: String(status),
      [headerNames.errorText]: oneLine(message),
    }),
  };
}

/**
 * The error that a reply stands for, or null for a reply that is a message. `data` is its payload
 * where that was made ready to travel.
 */
export function readErrorReply(
  { headers, data: received }: Pick<NatsMessage, "headers" | "data">,
  data = received,
): CharterError | null {
  if (headers === undefined || !headers.has(headerNames.errorCode)) return null;
  const payload = readPayload(data);
  const code =
    (payload === null ? null : codeOfNumber(payload.code)) ??
    codeOfStatus(Number(headers.get(headerNames.errorCode)));
  const text =
    payload?.message || headers.get(headerNames.errorText) || "the service gave no reason";
  const violations = (payload?.violations ?? []).map(({ field, ruleId, message }) => ({
    field,
    ruleId,
    message,
  }));
  const error = new CharterError(code, text, { violations });
  replies.add(error);
  return error;
}

const replies = new WeakSet<CharterError>();

/** Whether somebody answered with an error. Others are made here, such as that nobody listens. */
export function cameAsReply(error: CharterError): boolean {
  return replies.has(error);
}

/** Services that are not made with Charter send other payloads, or none, with their errors. */
function readPayload(data: Uint8Array): WireError | null {
  if (data.length === 0) return null;
  try {
    return fromBinary(ErrorSchema, data);
  } catch {
    return null;
  }
}

function oneLine(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, " ")
    .slice(0, headerTextLength)
    .trim();
}
