import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Connection, MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { headerNames } from "../connection/headers.ts";
import type { MethodContract } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { checkSubject, type decode } from "../payload/codec.ts";
import type { Opener } from "../payload/packing.ts";
import type { ReceivedRequest, RequestReceiver } from "../payload/request-coder.ts";

/** What happened to a request, for the counts: nothing, or the error that was answered. */
export type CallEnd = (error: CharterError | null, startedAt: number) => void;

/** What answers the requests of one rpc, with one reply or with many frames. */
export interface Answering<M extends MethodContract> {
  readonly nc: Connection;
  readonly method: M;
  /** Checks the rules as well, unless the service does without. */
  readonly decodeRequest: typeof decode;
  /** Null where requests travel as they are, and `openClear` reads them. */
  readonly receive: RequestReceiver | null;
  readonly openClear: Opener;
  /** `<module>@<semver>`, for callers that ask for it. */
  readonly stamp: string;
  readonly onError: (error: unknown, where: string) => void;
  readonly onEnd: CallEnd;
}

/**
 * The request in a message. `received` is what `receive` made of it. Throws `invalid_argument` for
 * what does not decode, breaks its rules, or does not agree with its subject.
 */
export function readRequest(
  { method, decodeRequest, openClear }: Answering<MethodContract>,
  message: NatsMessage,
  received: ReceivedRequest | undefined,
): MessageShape<DescMessage> {
  const payload = received?.open() ?? openClear(message);
  const request = decodeRequest(method.input, payload, "invalid_argument");
  checkSubject(method.subject, message, request, "invalid_argument");
  return request;
}

/** Nine digits are eleven days, and fit a timer. */
const milliseconds = /^[0-9]{1,9}$/;

/** The deadline that a request brings, or null. Throws `invalid_argument`. */
export function readDeadline(headers: MessageHeaders | undefined): number | null {
  if (headers === undefined || !headers.has(headerNames.deadline)) return null;
  const text = headers.get(headerNames.deadline);
  if (milliseconds.test(text) && Number(text) > 0) return Number(text);
  throw new CharterError(
    "invalid_argument",
    `${headerNames.deadline} must be 1 to 999999999 milliseconds`,
  );
}
