import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ReplyCache } from "../cache/reply-cache.ts";
import type { Connection } from "../connection/connection.ts";
import { linkOf } from "../connection/link.ts";
import type {
  ModuleRelease,
  RequestContract,
  ServiceContract,
  StreamingContract,
} from "../contract/contract.ts";
import { encode } from "../payload/codec.ts";
import { noticeHandlers } from "../service/in-hand.ts";
import { streamingMethod } from "../streaming/streaming-method.ts";
import { observeAttempts, observeCalls, observeStreams } from "../telemetry/observe-calls.ts";
import { callsOf, useRecorder } from "../usage/use-recorder.ts";
import { type AttemptOptions, attempt } from "./attempt.ts";
import { type BreakerOptions, breaker } from "./breaker.ts";
import type { AnyRequest, CallOptions, Invoke, UnaryMethod } from "./call.ts";
import { holdBack } from "./hold-back.ts";
import { type RetryOptions, retry, usualBudget } from "./retry.ts";
import { RetryBudget } from "./retry-budget.ts";
import { boundsOf } from "./within-hand.ts";

/** The methods of a service's contract. Each rejects with a `CharterError`, whatever happens. */
export type Client<S extends ServiceContract> = {
  readonly [K in keyof S["methods"]]: S["methods"][K] extends RequestContract<infer I, infer O>
    ? (request: MessageInitShape<I>, options?: CallOptions) => Promise<MessageShape<O>>
    : S["methods"][K] extends StreamingContract<infer I, infer O>
      ? (request: MessageInitShape<I>, options?: CallOptions) => AsyncIterable<MessageShape<O>>
      : never;
};

/** How the calls of a client are made. */
export interface ClientOptions extends AttemptOptions {
  /** `false` sends calls of idempotent rpcs once, as all others. */
  readonly retry?: RetryOptions | false | undefined;
  /** `false` sends calls also while most of them fail. */
  readonly breaker?: BreakerOptions | false | undefined;
  /** Gives replies again where the contract allows it. Without it, nothing is cached. */
  readonly cache?: ReplyCache | undefined;
}

/** A client of a service. It holds nothing but the connection, and needs no closing. */
export function createClient<S extends ServiceContract>(
  contract: S,
  nc: Connection,
  options: ClientOptions = {},
): Client<S> {
  noticeHandlers();
  const { budget: perSuccess = usualBudget } = options.retry || {};
  const budget = new RetryBudget(perSuccess);
  const methods = Object.entries(contract.methods).map(([name, method]) => [
    name,
    method.kind === "request"
      ? unaryMethod(nc, contract.release, method, { ...options, budget })
      : observeStreams(method, streamingMethod(nc, contract.release, method, options)),
  ]);
  return Object.fromEntries(methods) as Client<S>;
}

const noOptions: CallOptions = {};

interface UnaryOptions extends ClientOptions {
  /** One for all methods of a client: they burden the same service. */
  readonly budget: RetryBudget;
}

function unaryMethod(
  nc: Connection,
  release: ModuleRelease,
  method: AnyRequest,
  options: UnaryOptions,
): UnaryMethod {
  const once = observeAttempts(attempt(nc, release, method, options));
  const called = robust(nc, method, options, once);
  const observed = observeCalls(method, options.cache?.around(method, options, called) ?? called);
  const invoke = recorded(release, method, observed);
  return async (request, callOptions = noOptions) => {
    const { message, subject, payload } = encode(method.input, method.subject, request);
    const { deadlineMs, options } = boundsOf(method, callOptions);
    return invoke({ message, subject, payload, deadlineMs, options });
  };
}

/** Records what is used, where a consumer's tests ask for it. */
function recorded(release: ModuleRelease, method: AnyRequest, invoke: Invoke): Invoke {
  const record = useRecorder(callsOf(release, method));
  if (record === null) return invoke;
  return async (call) => {
    record.sends(call.message);
    return record.reads(await invoke(call));
  };
}

function robust(
  nc: Connection,
  method: AnyRequest,
  { budget, retry: retryOptions = {}, breaker: breakerOptions = {} }: UnaryOptions,
  once: Invoke,
): Invoke {
  const link = linkOf(nc);
  let invoke = holdBack(method, link, once);
  if (breakerOptions !== false) invoke = breaker(method, link, breakerOptions, invoke);
  if (retryOptions === false || method.idempotency === "unknown") return invoke;
  return retry(method, link, budget, retryOptions, invoke);
}
