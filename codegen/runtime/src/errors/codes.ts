import { ErrorCode } from "../../gen/charter/nats/v1/error_pb.js";

/**
 * The closed list of failures, by Connect's names. `number` is what an error payload carries,
 * `status` what the header `Nats-Service-Error-Code` carries.
 */
export const codes = {
  canceled: { number: ErrorCode.CANCELED, status: 499 },
  unknown: { number: ErrorCode.UNKNOWN, status: 500 },
  invalid_argument: { number: ErrorCode.INVALID_ARGUMENT, status: 400 },
  deadline_exceeded: { number: ErrorCode.DEADLINE_EXCEEDED, status: 504 },
  not_found: { number: ErrorCode.NOT_FOUND, status: 404 },
  already_exists: { number: ErrorCode.ALREADY_EXISTS, status: 409 },
  permission_denied: { number: ErrorCode.PERMISSION_DENIED, status: 403 },
  resource_exhausted: { number: ErrorCode.RESOURCE_EXHAUSTED, status: 429 },
  failed_precondition: { number: ErrorCode.FAILED_PRECONDITION, status: 412 },
  aborted: { number: ErrorCode.ABORTED, status: 409 },
  out_of_range: { number: ErrorCode.OUT_OF_RANGE, status: 400 },
  unimplemented: { number: ErrorCode.UNIMPLEMENTED, status: 501 },
  internal: { number: ErrorCode.INTERNAL, status: 500 },
  unavailable: { number: ErrorCode.UNAVAILABLE, status: 503 },
  data_loss: { number: ErrorCode.DATA_LOSS, status: 500 },
  unauthenticated: { number: ErrorCode.UNAUTHENTICATED, status: 401 },
} as const;

/** Why something failed. */
export type CharterErrorCode = keyof typeof codes;

const names = Object.keys(codes) as CharterErrorCode[];

/** The code of a number in an error payload, or null for one that this list does not have. */
export function codeOfNumber(number: ErrorCode): CharterErrorCode | null {
  return names.find((name) => codes[name].number === number) ?? null;
}

/** What a bare status stands for, from a service that sends no `charter.nats.v1.Error`. */
const codeOfStatuses: Readonly<Record<number, CharterErrorCode>> = {
  400: "invalid_argument",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  409: "aborted",
  412: "failed_precondition",
  429: "resource_exhausted",
  499: "canceled",
  500: "internal",
  501: "unimplemented",
  503: "unavailable",
  504: "deadline_exceeded",
};

/** The code that stands for a status; `unknown` for a status that is not in WIRE's list. */
export function codeOfStatus(status: number): CharterErrorCode {
  return codeOfStatuses[status] ?? "unknown";
}
