import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Connection } from "../connection/connection.ts";
import type {
  ModuleRelease,
  RequestContract,
  ServiceContract,
  StreamingContract,
} from "../contract/contract.ts";
import { encode } from "../payload/codec.ts";
import { streamingMethod } from "../streaming/streaming-method.ts";
import { observeCalls, observeStreams } from "../telemetry/observe-calls.ts";
import { type AttemptOptions, attempt } from "./attempt.ts";
import type { AnyRequest, CallOptions, UnaryMethod } from "./call.ts";

/** The methods of a service's contract. Each rejects with a `CharterError`, whatever happens. */
export type Client<S extends ServiceContract> = {
  readonly [K in keyof S["methods"]]: S["methods"][K] extends RequestContract<infer I, infer O>
    ? (request: MessageInitShape<I>, options?: CallOptions) => Promise<MessageShape<O>>
    : S["methods"][K] extends StreamingContract<infer I, infer O>
      ? (request: MessageInitShape<I>, options?: CallOptions) => AsyncIterable<MessageShape<O>>
      : never;
};

/** How the calls of a client are made. */
export interface ClientOptions extends AttemptOptions {}

/** A client of a service. It holds nothing but the connection, and needs no closing. */
export function createClient<S extends ServiceContract>(
  contract: S,
  nc: Connection,
  options: ClientOptions = {},
): Client<S> {
  const methods = Object.entries(contract.methods).map(([name, method]) => [
    name,
    method.kind === "request"
      ? unaryMethod(nc, contract.release, method, options)
      : observeStreams(method, streamingMethod(nc, contract.release, method, options)),
  ]);
  return Object.fromEntries(methods) as Client<S>;
}

const noOptions: CallOptions = {};

function unaryMethod(
  nc: Connection,
  release: ModuleRelease,
  method: AnyRequest,
  clientOptions: ClientOptions,
): UnaryMethod {
  const invoke = observeCalls(method, attempt(nc, release, method, clientOptions));
  return async (request: MessageInitShape<DescMessage>, options = noOptions) => {
    const { message, subject, payload } = encode(method.input, method.subject, request);
    const deadlineMs = options.deadlineMs ?? method.deadlineMs;
    return invoke({ message, subject, payload, deadlineMs, options });
  };
}
