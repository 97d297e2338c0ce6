import { CharterError } from "../errors/charter-error.ts";
import type { CharterErrorCode } from "../errors/codes.ts";

/** By the error names of nats-core 3.x and the codes of `nats` 2.29, which have no common class. */
const codeOfFailures: Readonly<Record<string, CharterErrorCode>> = {
  TimeoutError: "deadline_exceeded",
  TIMEOUT: "deadline_exceeded",
  NoResponders: "unavailable",
  "503": "unavailable",
  ClosedConnectionError: "unavailable",
  CONNECTION_CLOSED: "unavailable",
  DrainingConnectionError: "unavailable",
  CONNECTION_DRAINING: "unavailable",
  ConnectionError: "unavailable",
  DISCONNECT: "unavailable",
  PermissionViolationError: "permission_denied",
  PERMISSIONS_VIOLATION: "permission_denied",
  AuthorizationError: "unauthenticated",
  AUTHORIZATION_VIOLATION: "unauthenticated",
  MAX_PAYLOAD_EXCEEDED: "resource_exhausted",
};

const meanings: Partial<Record<CharterErrorCode, string>> = {
  deadline_exceeded: "no reply came in time",
  unavailable: "nobody answers, or the connection is closed",
  permission_denied: "the access rules of this connection do not allow it",
  unauthenticated: "the server does not accept this connection's credentials",
  resource_exhausted: "the message is larger than the server allows",
};

/** What an error of a NATS client means. `where` is a subject or an rpc for the message. */
export function fromNatsFailure(error: unknown, where: string): CharterError {
  const code = codeOf(error) ?? "unknown";
  const meaning = meanings[code] ?? (error instanceof Error ? error.message : "NATS failed");
  return new CharterError(code, `${where}: ${meaning}`, { cause: error });
}

function codeOf(error: unknown): CharterErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = "code" in error && typeof error.code === "string" ? error.code : error.name;
  // 3.x has one class for all wrong arguments, and wraps what made a request fail.
  if (error.message.includes("max_payload")) return "resource_exhausted";
  const known = codeOfFailures[own] ?? codeOf(error.cause);
  // Without a cause it says that the connection was closed with the request under way: no reply can
  // come any more, and nobody knows whether it was handled. 2.29 calls that a time-out.
  return known ?? (own === "RequestError" ? "deadline_exceeded" : undefined);
}
