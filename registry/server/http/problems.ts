import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { statusOf } from "../../api/schemas/problem.ts";
import { type FailureCode, RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { RefusedRegistration } from "../jobs/register-proposal.ts";

/** A subject or pattern that nothing governs, with the known ones nearest to it. */
export class UnknownSubject extends RegistryFailure {
  readonly nearest: readonly string[];

  constructor(subject: string, nearest: readonly string[]) {
    const hint =
      nearest.length > 0 ? `Did you mean ${nearest.join(" or ")}?` : "Nothing is registered yet.";
    super("NOT_FOUND", `No registered pattern matches the subject "${subject}". ${hint}`);
    this.nearest = nearest;
  }
}

/**
 * Answers every failure with an RFC 9457 problem document; the log has it under the same id. The
 * logger is not Fastify's own: with one, Fastify listens to the end of each response, which costs
 * more than a look-up.
 */
export function problemSender(logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const id = randomUUID();
    const failure = failureOf(error);
    if (statusOf[failure.code] >= 500) {
      logger.error({ err: error, problem: id }, "request failed");
    } else {
      logger.info({ code: failure.code, problem: id }, shorten(failure.message));
    }
    sendProblem(id, error, failure, request, reply);
  };
}

function sendProblem(
  id: string,
  error: unknown,
  failure: RegistryFailure,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const status = statusOf[failure.code];
  const report = error instanceof RefusedRegistration ? error.report : null;
  const problem = {
    type: `urn:charter:problem:${failure.code}`,
    title: titles[failure.code],
    status,
    detail: shorten(failure.message),
    code: failure.code,
    id,
    places: failure.places
      .slice(0, limits.placesPerFailure)
      .map((place) => ({ ...place, message: shorten(place.message) })),
    ...(error instanceof UnknownSubject ? { nearest: error.nearest } : {}),
    ...(report === null ? {} : { report }),
  };
  if (failure.code === "TOO_LARGE") {
    // Closing on a sender that still writes would reset the connection, and the answer be lost. What
    // still comes is dropped, for as long as a request may take.
    reply.removeHeader("connection");
    request.raw.resume();
  }
  if (failure.code === "BUSY") reply.header("retry-after", "2");
  if (failure.code === "UNAUTHENTICATED") reply.header("www-authenticate", "Bearer");
  reply.status(status).header("content-type", mediaType).send(JSON.stringify(problem));
}

function shorten(text: string): string {
  return text.length > limits.messageLength ? `${text.slice(0, limits.messageLength)}…` : text;
}

/**
 * Answers what never became a request: a sender that is too slow, or that speaks no HTTP. There is
 * nothing to reply to, only a socket.
 */
export function sendClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [line, detail] = clientErrors[error.code ?? ""] ?? unreadable;
  const problem = {
    type: "urn:charter:problem:INVALID_REQUEST",
    title: titles.INVALID_REQUEST,
    status: Number(line.slice(0, 3)),
    detail,
    code: "INVALID_REQUEST",
    id: randomUUID(),
    places: [],
  };
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-type: ${mediaType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const mediaType = "application/problem+json; charset=utf-8";

const unreadable = ["400 Bad Request", "This is no HTTP request."] as const;

const clientErrors: Partial<Record<string, readonly [line: string, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    `The request was not complete after ${limits.requestMs} ms. Send it faster, or check that Content-Length is the length of the body.`,
  ],
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "The headers are too long. Send fewer or shorter ones.",
  ],
};

function failureOf(error: unknown): RegistryFailure {
  if (error instanceof RegistryFailure) return error;
  const { validation, code, statusCode, message } = error as Partial<FastifyError>;
  if (validation !== undefined) return new RegistryFailure("INVALID_REQUEST", `${message}.`);
  const known = code === undefined ? undefined : fastifyCodes[code];
  if (known !== undefined) return new RegistryFailure(known, `${message}.`);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new RegistryFailure("INVALID_REQUEST", `${message}.`);
  }
  return new RegistryFailure(
    "INTERNAL",
    "The registry failed. Its log has the reason under the id of this problem; the same request may succeed later.",
    { cause: error },
  );
}

const fastifyCodes: Partial<Record<string, FailureCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  FST_ERR_NOT_FOUND: "NOT_FOUND",
};

const titles: Record<FailureCode, string> = {
  INVALID_REQUEST: "The request cannot be read",
  TOO_LARGE: "The request is too large",
  UNSUPPORTED_MEDIA_TYPE: "The media type is not understood",
  UNAUTHENTICATED: "The write token is missing or wrong",
  NOT_FOUND: "There is no such thing",
  COMPILE_FAILED: "The protos do not compile",
  BINDING_INVALID: "A binding cannot be registered",
  IMPORT_NOT_REGISTERED: "An import is not registered",
  OWNED_BY_ANOTHER_MODULE: "A name belongs to another module",
  SUBJECT_OVERLAP: "Two subject patterns overlap",
  BASELINE_MOVED: "Head has moved",
  POLICY_MOVED: "The policy has moved",
  BREAKING_CHANGE: "The change breaks the contract",
  BUSY: "The registry is busy",
  INTERNAL: "The registry failed",
};
