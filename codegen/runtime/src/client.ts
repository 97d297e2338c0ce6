import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { CharterError } from "./charter-error.ts";
import { decode, encode } from "./codec.ts";
import type { Connection, MessageHeaders, NatsMessage, RequestSettings } from "./connection.ts";
import {
  type ModuleRelease,
  type RequestContract,
  type ServiceContract,
  type StreamingContract,
  schemaStamp,
} from "./contract.ts";
import { readErrorReply } from "./error-reply.ts";
import { checkExtraHeaders, createHeaders, type ExtraHeaders, headerNames } from "./headers.ts";
import { fromNatsFailure } from "./nats-failure.ts";

export interface CallOptions {
  /** How long to wait for the reply, in milliseconds, instead of what the contract says. */
  readonly deadlineMs?: number | undefined;
  /** Gives the call up with `canceled`. The service is not told. */
  readonly signal?: AbortSignal | undefined;
  readonly headers?: ExtraHeaders | undefined;
  /**
   * Sees the headers of the reply. Asks the service for `Charter-Schema`, which costs a header
   * each way.
   */
  readonly onReplyHeaders?: ((headers: MessageHeaders) => void) | undefined;
}

/** The methods of a service's contract. Each rejects with a `CharterError`, whatever happens. */
export type Client<S extends ServiceContract> = {
  readonly [K in keyof S["methods"]]: S["methods"][K] extends RequestContract<infer I, infer O>
    ? (request: MessageInitShape<I>, options?: CallOptions) => Promise<MessageShape<O>>
    : S["methods"][K] extends StreamingContract<infer I, infer O>
      ? (request: MessageInitShape<I>, options?: CallOptions) => AsyncIterable<MessageShape<O>>
      : never;
};

/** A client of a service. It holds nothing but the connection, and needs no closing. */
export function createClient<S extends ServiceContract>(contract: S, nc: Connection): Client<S> {
  const methods = Object.entries(contract.methods).map(([name, method]) => [
    name,
    method.kind === "request"
      ? (request: MessageInitShape<DescMessage>, options: CallOptions = {}) =>
          call(nc, contract.release, method, request, options)
      : () => {
          throw new CharterError(
            "unimplemented",
            `${method.rpc} is a streaming rpc, which this version of the runtime cannot call`,
          );
        },
  ]);
  return Object.fromEntries(methods) as Client<S>;
}

async function call<I extends DescMessage, O extends DescMessage>(
  nc: Connection,
  release: ModuleRelease,
  method: RequestContract<I, O>,
  init: MessageInitShape<I>,
  options: CallOptions,
): Promise<MessageShape<O>> {
  const settings = requestSettings(release, method, options);
  const { subject, payload } = encode(method.input, method.subject, init);
  const { signal } = options;
  if (signal?.aborted === true) throw canceled(method, signal);
  let reply: NatsMessage;
  try {
    const pending = nc.request(subject, payload, settings);
    reply = await (signal === undefined ? pending : untilAborted(pending, method, signal));
  } catch (error) {
    throw error instanceof CharterError ? error : fromNatsFailure(error, method.rpc);
  }
  const failure = readErrorReply(reply);
  if (failure !== null) throw failure;
  if (options.onReplyHeaders !== undefined && reply.headers !== undefined) {
    options.onReplyHeaders(reply.headers);
  }
  return decode(method.output, reply.data, "data_loss");
}

function requestSettings(
  release: ModuleRelease,
  method: RequestContract,
  options: CallOptions,
): RequestSettings {
  const timeout = Math.ceil(options.deadlineMs ?? method.deadlineMs);
  if (!(timeout > 0)) {
    throw new CharterError("deadline_exceeded", `${method.rpc}: no time is left for the call`);
  }
  const differs = timeout !== method.deadlineMs;
  if (!differs && options.headers === undefined && options.onReplyHeaders === undefined) {
    return { timeout };
  }
  checkExtraHeaders(options.headers ?? {});
  const headers = createHeaders(options.headers ?? {});
  if (differs) headers.set(headerNames.deadline, String(timeout));
  if (options.onReplyHeaders !== undefined) headers.set(headerNames.schema, schemaStamp(release));
  return { timeout, headers };
}

function untilAborted<T>(
  pending: Promise<T>,
  method: RequestContract,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(canceled(method, signal));
    signal.addEventListener("abort", abort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function canceled(method: RequestContract, signal: AbortSignal): CharterError {
  return new CharterError("canceled", `${method.rpc}: the caller gave up`, {
    cause: signal.reason,
  });
}
