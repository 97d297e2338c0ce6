import { type DescMessage, fromBinary, getOption, type Message } from "@bufbuild/protobuf";
import type { MsgHdrs } from "@nats-io/nats-core";
import { sensitive } from "../../../registry/core/gen/charter/nats/v1/binding_pb.js";
import { ErrorCode, ErrorSchema } from "../../../registry/core/gen/charter/nats/v1/error_pb.js";
import { classify } from "../../../registry/core/samples/oracle.ts";
import type { Schema } from "../../../registry/core/samples/schema.ts";

/** What came back on a request, before its contract is asked. */
export type Reply =
  | {
      readonly kind: "reply";
      readonly payload: Uint8Array;
      readonly headers: MsgHdrs | undefined;
      /** What makes it no message of NATS, such as headers that cannot be read. */
      readonly fault?: string;
    }
  | { readonly kind: "no-responders" }
  | { readonly kind: "timeout"; readonly afterMs: number };

/** What a reply says by its contract. */
export type Answer =
  | { readonly kind: "message"; readonly message: Message }
  /** A stream that ended well without a frame. */
  | { readonly kind: "empty" }
  | {
      readonly kind: "error";
      readonly code: string;
      readonly status: number;
      readonly text: string;
    }
  /** A reply that breaks the contract: undecodable, invalid, or an error without its payload. */
  | { readonly kind: "garbled"; readonly reason: string; readonly hex: string }
  /** The reply decodes, but a rule of its type cannot be evaluated. */
  | { readonly kind: "rule-error"; readonly reason: string }
  | { readonly kind: "no-responders" }
  | { readonly kind: "timeout"; readonly afterMs: number };

/** The closed list of WIRE with the numbers of `Nats-Service-Error-Code`. */
const statuses: Readonly<Record<string, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  aborted: 409,
  out_of_range: 400,
  failed_precondition: 412,
  resource_exhausted: 429,
  canceled: 499,
  unknown: 500,
  internal: 500,
  data_loss: 500,
  unimplemented: 501,
  unavailable: 503,
  deadline_exceeded: 504,
};

/** Twice what a server takes by default. To read a message costs up to 150 times its size in memory. */
const mostReplyBytes = 2 * 1024 * 1024;

/** Reads a reply as the contract says it must be. */
export function readAnswer(schema: Schema, output: DescMessage, reply: Reply): Answer {
  if (reply.kind !== "reply") return reply;
  const fault = reply.fault ?? faultOf(reply.payload);
  if (fault !== null) {
    const reason = `a reply with ${fault}`;
    return { kind: "garbled", reason, hex: shownHex(output, reply.payload) };
  }
  const status = reply.headers?.get("Nats-Service-Error-Code") ?? "";
  if (status !== "") return readError(output, reply.payload, status);
  const payload = classify(schema, output, reply.payload, "dropped");
  const hex = shownHex(output, reply.payload);
  switch (payload.kind) {
    case "valid":
      return { kind: "message", message: payload.message };
    case "rule-error":
      return { kind: "rule-error", reason: payload.reason };
    case "undecodable":
      return {
        kind: "garbled",
        hex,
        reason: `the reply is no ${output.typeName}: ${payload.reason}`,
      };
    case "invalid": {
      const broken = payload.broken.map((each) => `${each.field} breaks ${each.ruleId}`);
      return {
        kind: "garbled",
        hex,
        reason: `the reply breaks the rules of ${output.typeName}: ${broken.join(", ")}`,
      };
    }
  }
}

function faultOf({ length }: Uint8Array): string | null {
  return length <= mostReplyBytes
    ? null
    : `${length} bytes, which is more than the ${mostReplyBytes} that are read`;
}

function readError(output: DescMessage, payload: Uint8Array, header: string): Answer {
  const garbled = (reason: string): Answer => ({
    kind: "garbled",
    reason,
    hex: shownHex(output, payload),
  });
  try {
    const error = fromBinary(ErrorSchema, payload);
    const code = ErrorCode[error.code]?.toLowerCase();
    if (code === undefined || statuses[code] === undefined) {
      return garbled(
        `an error reply with header ${header} whose charter.nats.v1.Error has no code of the closed list (${error.code})`,
      );
    }
    if (String(statuses[code]) !== header) {
      return garbled(
        `an error reply whose header says ${header}, while its payload says ${code}, which is ${statuses[code]}`,
      );
    }
    return { kind: "error", code, status: Number(header), text: error.message };
  } catch {
    return garbled(
      `an error reply with header ${header} whose payload is no charter.nats.v1.Error`,
    );
  }
}

/** Whether a request was granted, with a reply that keeps its rules. */
export function isGranted(answer: Answer): boolean {
  return answer.kind === "message" || answer.kind === "empty";
}

/** What tells failures apart: two answers with the same symptom have the same cause, most likely. */
export function symptomOf(answer: Answer): string {
  return answer.kind === "error" ? `${answer.status} ${answer.code}` : answer.kind;
}

/** One line for a report. Messages of a service stay out of it: they can hold anybody's data. */
export function describeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case "message":
      return `a ${answer.message.$typeName}`;
    case "empty":
      return "a stream without a frame";
    case "error":
      return `error ${answer.status} ${answer.code}: ${answer.text.slice(0, 300)}`;
    case "garbled":
      return answer.hex === "" ? answer.reason : `${answer.reason} (reply in hex: ${answer.hex})`;
    case "rule-error":
      return `a reply that a rule of its type cannot be evaluated for: ${answer.reason}`;
    case "no-responders":
      return "nobody answers on the subject";
    case "timeout":
      return `no reply within ${answer.afterMs} ms`;
  }
}

/** The start of a reply's bytes, unless its type holds sensitive fields. */
function shownHex(output: DescMessage, payload: Uint8Array): string {
  return holdsSensitive(output) ? "" : Buffer.from(payload.slice(0, 256)).toString("hex");
}

/** Whether a type has a field that reports may not show, itself or in what it holds. */
export function holdsSensitive(desc: DescMessage, seen: Set<DescMessage> = new Set()): boolean {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return desc.fields.some(
    (field) =>
      getOption(field, sensitive) ||
      (field.message !== undefined && holdsSensitive(field.message, seen)),
  );
}
